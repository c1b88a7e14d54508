import { Module } from '@nestjs/common';
import type { CloudApi } from '@wbiz/cloud-api/cloud-api';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { ReplyPublisher } from '@wbiz/eventing/rpc/reply-publisher';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { runWork } from '@wbiz/service-kit/run-work';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import type { Pool } from 'pg';
import { AccountModule, CLOUD_API } from '../account/account.module.js';
import { Credentials } from '../account/credentials.js';
import { markReadAtMeta } from './mark-read-at-meta.js';
import { ReadReceipts } from './read-receipt.worker.js';

/** Sends read receipts to Meta. */
@Module({
  imports: [AccountModule],
  providers: [
    {
      provide: ReadReceipts,
      useFactory: (
        runtime: Runtime,
        pool: Pool,
        store: EventStore,
        replies: ReplyPublisher,
        credentials: Credentials,
        api: CloudApi,
      ) => {
        const { logger } = runtime;
        const markRead = markReadAtMeta(api, credentials);
        const readReceipts = new ReadReceipts({ pool, store, markRead, replies, logger });
        runWork(runtime, 'read receipts', readReceipts.work, {
          store,
          by: ({ type }) => type === 'message.read_requested',
        });
        return readReceipts;
      },
      inject: [RUNTIME, PG_POOL, EventStore, ReplyPublisher, Credentials, CLOUD_API],
    },
  ],
})
export class ReadReceiptModule {}
