import { dueSubmissions } from './submission/submission.jobs.js';
import { dueOnRequest } from './sync/sync.jobs.js';

/** What moves in the transaction of the events. */
export const INLINE_PROJECTIONS = [dueOnRequest, dueSubmissions];
