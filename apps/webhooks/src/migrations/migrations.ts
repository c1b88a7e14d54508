import { Webhooks1763805600000 } from './0001-webhooks.js';
import { Subscriptions1765411200000 } from './0002-subscriptions.js';
import { ProjectionRecovery1766400000000 } from './0003-projection-recovery.js';
import { SourceEpochs1766500000000 } from './0004-source-epochs.js';
import { FeedTraces1767200000000 } from './0005-feed-traces.js';

/** In order of execution. */
export const MIGRATIONS = [
  Webhooks1763805600000,
  Subscriptions1765411200000,
  ProjectionRecovery1766400000000,
  SourceEpochs1766500000000,
  FeedTraces1767200000000,
];
