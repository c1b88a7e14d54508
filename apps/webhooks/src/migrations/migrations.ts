import { Webhooks1763805600000 } from './0001-webhooks.js';

/** In the order in which they run. */
export const MIGRATIONS = [Webhooks1763805600000];
