import type { InlineProjection, RecordedEvent } from '@wbiz/eventing/postgres/event-store';
import { contacts } from '../contact/contact.aggregate.js';
import type { ContactEvent } from '../contact/contact.decider.js';

type PassedOn = RecordedEvent<Extract<ContactEvent, { type: 'contact.opt_passed_on' }>>;

/** What is heard of somebody under an id that has become another contact counts for that one, in the same transaction. */
export const passedOnProjection = {
  'contact.opt_passed_on': async (events: readonly PassedOn[]) =>
    events.map(({ accountId, data: { into, ...said } }) => ({
      aggregate: contacts,
      command: { accountId, type: 'contact.note-opt', data: { ...said, contactId: into } },
    })),
} as unknown as InlineProjection;
