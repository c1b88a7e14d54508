import { labelsProjection } from './label/labels.projection.js';
import { removalsProjection } from './label/removals.projection.js';
import { passedOnProjection } from './opt-in/passed-on.projection.js';

/** What moves in the transaction of the events. */
export const INLINE_PROJECTIONS = [labelsProjection, removalsProjection, passedOnProjection];
