import { followUp, inline } from '@wbiz/eventing/postgres/inline-projection';
import { contacts } from './contact.aggregate.js';
import type { ContactEvent } from './contact.decider.js';

/** Under whichever id somebody is addressed, of a number or a user id, it is one contact. */
export const linkedProjection = inline<ContactEvent>({
  'contact.linked': async (events) =>
    events.flatMap(({ accountId, data: { contactId: into, ids, at } }) =>
      ids.map((contactId) =>
        followUp(contacts, { accountId, type: 'contact.merge', data: { contactId, into, at } }),
      ),
    ),
});
