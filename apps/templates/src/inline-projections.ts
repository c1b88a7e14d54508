import { dueSubmissions } from './submission/submission.jobs.js';
import { dueOnRequest } from './sync/sync.jobs.js';

/** Projections that run in the transaction that appends the events. */
export const INLINE_PROJECTIONS = [dueOnRequest, dueSubmissions];
