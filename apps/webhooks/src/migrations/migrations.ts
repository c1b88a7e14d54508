import { Webhooks1763805600000 } from './0001-webhooks.js';
import { Subscriptions1765411200000 } from './0002-subscriptions.js';
import { SourceEpochs1766500000000 } from './0004-source-epochs.js';

/** In the order in which they run. */
export const MIGRATIONS = [Webhooks1763805600000, Subscriptions1765411200000, SourceEpochs1766500000000];
