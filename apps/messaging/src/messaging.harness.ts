import { storeUnderTest } from '@wbiz/service-testing/store-under-test';
import type { PoolConfig } from 'pg';
import type { Slots } from './dispatch/start-on-acceptance.js';
import { inlineProjections } from './inline-projections.js';
import { MIGRATIONS } from './migrations/migrations.js';

/** Messaging's event store, without its transports. */
export const messagingStore = (settings?: PoolConfig, slots?: Slots) =>
  storeUnderTest({ schema: 'messaging', migrations: MIGRATIONS, inline: inlineProjections(slots) }, settings);
