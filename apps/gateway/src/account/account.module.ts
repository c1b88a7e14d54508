import { Module } from '@nestjs/common';
import { createCloudApi } from '@wbiz/cloud-api/cloud-api';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import type { Pool } from 'pg';
import { AccountConsumer } from './account.consumer.js';
import { AccountQueries } from './account.queries.js';
import { Accounts } from './accounts.js';

/** Connected WhatsApp Business Accounts. */
@Module({
  controllers: [AccountConsumer],
  providers: [
    AccountQueries,
    {
      provide: Accounts,
      useFactory: (
        { config, secrets, shutdown }: Runtime,
        queries: AccountQueries,
        pool: Pool,
        store: EventStore,
      ) => {
        const cloudApiUrl = config.CLOUD_API_URL;
        const cloudApi = createCloudApi({ baseUrl: cloudApiUrl, timeoutMs: 10_000, connections: 8 });
        shutdown.on('pools', 'Cloud API', () => cloudApi.close());
        return new Accounts(queries, { cloudApi, cloudApiUrl, pool, store, secrets });
      },
      inject: [RUNTIME, AccountQueries, PG_POOL, EventStore],
    },
  ],
  exports: [Accounts, AccountQueries],
})
export class AccountModule {}
