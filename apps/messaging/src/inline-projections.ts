import { comesLast } from '@wbiz/eventing/postgres/inline-projection';
import { conversationProjection } from './conversation/conversation.projection.js';
import { dispatchProjection } from './dispatch/dispatch.projection.js';
import { Slots } from './dispatch/start-on-acceptance.js';
import { mediaProjection } from './media/media.projection.js';
import { wamidsProjection } from './message/wamids.projection.js';
import { peopleProjection } from './person/people.projection.js';
import { readsProjection } from './read-receipt/reads.projection.js';

/** The projections that run in the transaction that stores their events. */
export const inlineProjections = (slots = new Slots()) => [
  conversationProjection,
  wamidsProjection,
  readsProjection,
  mediaProjection,
  dispatchProjection(slots),
  comesLast(peopleProjection),
];
