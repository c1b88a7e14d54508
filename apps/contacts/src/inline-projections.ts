import { comesLast } from '@wbiz/eventing/postgres/inline-projection';
import { linkedProjection } from './contact/linked-ids.projection.js';
import { labelsProjection } from './label/labels.projection.js';
import { removalsProjection } from './label/removals.projection.js';

/** Projections that run in the transaction that appends the events. */
export const INLINE_PROJECTIONS = [labelsProjection, linkedProjection, comesLast(removalsProjection)];
