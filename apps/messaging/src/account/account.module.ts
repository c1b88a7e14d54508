import { Module } from '@nestjs/common';
import { createCloudApi } from '@wbiz/cloud-api/cloud-api';
import type { Config } from '@wbiz/service-kit/config';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { Peers } from '@wbiz/service-kit/peers';
import { RUNTIME, type Runtime } from '@wbiz/service-kit/runtime';
import { tokenOpener } from '@wbiz/service-kit/token-opener';
import { watchCloudApi } from '@wbiz/service-kit/watch-cloud-api';
import type { Pool } from 'pg';
import type { SETTINGS } from '../messaging.settings.js';
import { AccountsByWaba } from './accounts-by-waba.js';
import { Credentials } from './credentials.js';

export const CLOUD_API = Symbol('CLOUD_API');

/** The client of Meta's API, the accounts by WABA, and the accounts' access tokens. */
@Module({
  providers: [
    {
      provide: CLOUD_API,
      useFactory: (runtime: Runtime<Config<typeof SETTINGS>>) => {
        const { config, shutdown } = runtime;
        const api = createCloudApi({
          baseUrl: config.CLOUD_API_URL,
          timeoutMs: config.CLOUD_API_TIMEOUT_MS,
          // So high that slow phone numbers cannot use up all connections; the dispatcher limits the calls per number.
          connections: 4096,
          watch: watchCloudApi(runtime),
        });
        shutdown.on('pools', 'Cloud API', () => api.close());
        return api;
      },
      inject: [RUNTIME],
    },
    {
      provide: AccountsByWaba,
      useFactory: (pool: Pool, peers: Peers) =>
        new AccountsByWaba(pool, (wabaId) => peers.ask('account.find', { wabaId })),
      inject: [PG_POOL, Peers],
    },
    {
      provide: Credentials,
      useFactory: (runtime: Runtime<Config<typeof SETTINGS>>, peers: Peers) =>
        new Credentials(
          (accountId) => peers.ask('account.credentials', { accountId }),
          tokenOpener(runtime, 'no call to Meta is made for it; its sends are tried again for 24 hours'),
        ),
      inject: [RUNTIME, Peers],
    },
  ],
  exports: [CLOUD_API, AccountsByWaba, Credentials],
})
export class AccountModule {}
