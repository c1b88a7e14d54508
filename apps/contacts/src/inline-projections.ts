import { comesLast } from '@wbiz/eventing/postgres/inline-projection';
import { linkedProjection } from './contact/linked.projection.js';
import { labelsProjection } from './label/labels.projection.js';
import { removalsProjection } from './label/removals.projection.js';

/** What moves in the transaction of the events. */
export const INLINE_PROJECTIONS = [labelsProjection, linkedProjection, comesLast(removalsProjection)];
