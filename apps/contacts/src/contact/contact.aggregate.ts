import type { UpsertedContact } from '@wbiz/contracts/contact';
import type { Aggregate } from '@wbiz/eventing/postgres/event-store';
import { contact, type ContactCommand, type ContactEvent, type ContactState } from './contact.decider.js';
import { contactFacts } from './contact.facts.js';

/** The row in contacts.contacts is the contact; `state->'contact'` is what a customer sees of it. */
export const contacts: Aggregate<ContactCommand, ContactState | null, ContactEvent> = {
  name: 'contact',
  table: 'contacts',
  decider: contact,
  stream: ({ data }) => data.contactId,
  published: ['contact.created', 'contact.updated', 'contact.opted_out', 'contact.merged'],
  facts: contactFacts,
  reply: (state, events): UpsertedContact => ({
    id: state?.contact.id ?? '',
    // What was on file under the user id is on file.
    created: events[0]?.type === 'contact.created' && events[0].data.merged === undefined,
  }),
};
