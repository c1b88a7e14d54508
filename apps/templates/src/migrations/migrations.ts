import { Templates1763805600000 } from './0001-templates.js';

/** In the order in which they run. */
export const MIGRATIONS = [Templates1763805600000];
