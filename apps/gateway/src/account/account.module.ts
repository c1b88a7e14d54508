import { Module } from '@nestjs/common';
import { createCloudApi } from '@wbiz/cloud-api/cloud-api';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import type { Config } from '@wbiz/service-kit/config';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import { Secrets } from '@wbiz/service-kit/sealing';
import { watchCloudApi } from '@wbiz/service-kit/watch-cloud-api';
import type { Pool } from 'pg';
import type { SETTINGS } from '../gateway.settings.js';
import { AccountConsumer } from './account.consumer.js';
import { AccountQueries, TOKEN_SECRETS } from './account.queries.js';
import { Accounts } from './accounts.js';

/** Connected WhatsApp Business Accounts. */
@Module({
  controllers: [AccountConsumer],
  providers: [
    AccountQueries,
    {
      provide: TOKEN_SECRETS,
      useFactory: ({ config }: Runtime<Config<typeof SETTINGS>>) =>
        new Secrets({ key: config.TOKENS_KEY, previous: config.TOKENS_KEY_PREVIOUS }),
      inject: [RUNTIME],
    },
    {
      provide: Accounts,
      useFactory: (
        runtime: Runtime,
        queries: AccountQueries,
        pool: Pool,
        store: EventStore,
        secrets: Secrets,
      ) => {
        const cloudApiUrl = runtime.config.CLOUD_API_URL;
        const cloudApi = createCloudApi({
          baseUrl: cloudApiUrl,
          timeoutMs: 10_000,
          connections: 8,
          watch: watchCloudApi(runtime),
        });
        runtime.shutdown.on('pools', 'Cloud API', () => cloudApi.close());
        return new Accounts(queries, { cloudApi, cloudApiUrl, pool, store, secrets });
      },
      inject: [RUNTIME, AccountQueries, PG_POOL, EventStore, TOKEN_SECRETS],
    },
  ],
  exports: [Accounts, AccountQueries],
})
export class AccountModule {}
