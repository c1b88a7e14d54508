import { Module } from '@nestjs/common';
import type { CloudApi } from '@wbiz/cloud-api/cloud-api';
import { Periodic } from '@wbiz/eventing/periodic';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { ReplyPublisher } from '@wbiz/eventing/rpc/reply-publisher';
import type { MediaStore } from '@wbiz/media-store/media-store';
import { openMediaStore } from '@wbiz/media-store/open-media-store';
import type { Config } from '@wbiz/service-kit/config';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { runWork } from '@wbiz/service-kit/run-work';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import type { Pool } from 'pg';
import { AccountModule, CLOUD_API } from '../account/account.module.js';
import { Credentials } from '../account/credentials.js';
import type { SETTINGS } from '../messaging.settings.js';
import { mediaFetcher } from './fetch-media.js';
import { MediaConsumer } from './media.consumer.js';
import { makesMediaTask } from './media.projection.js';
import { MediaQueries } from './media.queries.js';
import { MediaTasks } from './media-task.worker.js';
import { MetaCopies } from './meta-copies.js';
import { mediaRemover } from './remove-media.js';
import { removeOrphans } from './remove-orphans.js';

const MEDIA_STORE = Symbol('MEDIA_STORE');
const SWEEP_EVERY_MS = 6 * 3_600_000;

/** Media: uploads, files people sent, and their background tasks. */
@Module({
  imports: [AccountModule],
  controllers: [MediaConsumer, MediaQueries],
  providers: [
    {
      provide: MEDIA_STORE,
      useFactory: ({ config }: Runtime<Config<typeof SETTINGS>>) => openMediaStore(config.MEDIA_STORE),
      inject: [RUNTIME],
    },
    {
      provide: MetaCopies,
      useFactory: (pool: Pool, store: MediaStore, api: CloudApi, credentials: Credentials) =>
        new MetaCopies({ pool, store, api, credentials }),
      inject: [PG_POOL, MEDIA_STORE, CLOUD_API, Credentials],
    },
    {
      provide: MediaTasks,
      useFactory: (
        runtime: Runtime,
        pool: Pool,
        events: EventStore,
        replies: ReplyPublisher,
        credentials: Credentials,
        api: CloudApi,
        store: MediaStore,
        copies: MetaCopies,
      ) => {
        const { logger } = runtime;
        const fetch = mediaFetcher({ api, credentials, store, events });
        const remove = mediaRemover({ pool, api, credentials, store });
        const tasks = new MediaTasks({ pool, store: events, copies, fetch, remove, replies, logger });
        runWork(runtime, 'media tasks', tasks.work, { store: events, by: makesMediaTask });
        const sweep = new Periodic({
          name: 'media: removal of orphaned files',
          everyMs: SWEEP_EVERY_MS,
          run: () => removeOrphans(pool, store),
          logger,
        });
        runWork(runtime, 'removal of orphaned files', sweep);
        return tasks;
      },
      inject: [RUNTIME, PG_POOL, EventStore, ReplyPublisher, Credentials, CLOUD_API, MEDIA_STORE, MetaCopies],
    },
  ],
  exports: [MetaCopies],
})
export class MediaModule {}
