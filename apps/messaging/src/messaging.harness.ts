import { storeUnderTest } from '@wbiz/service-testing/store-under-test';
import type { PoolConfig } from 'pg';
import { INLINE_PROJECTIONS } from './inline-projections.js';
import { MIGRATIONS } from './migrations/migrations.js';

/** Messaging's event store, without its transports. */
export const messagingStore = (settings?: PoolConfig) =>
  storeUnderTest({ schema: 'messaging', migrations: MIGRATIONS, inline: INLINE_PROJECTIONS }, settings);
