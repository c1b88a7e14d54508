import { followUp, inline } from '@wbiz/eventing/postgres/inline-projection';
import { contacts } from '../contact/contact.aggregate.js';
import type { ContactEvent } from '../contact/contact.decider.js';

/** What is heard of somebody under an id that has become another contact counts for that one, in the same transaction. */
export const passedOnProjection = inline<ContactEvent>({
  'contact.opt_passed_on': async (events) =>
    events.map(({ accountId, data: { into, ...said } }) =>
      followUp(contacts, { accountId, type: 'contact.note-opt', data: { ...said, contactId: into } }),
    ),
});
