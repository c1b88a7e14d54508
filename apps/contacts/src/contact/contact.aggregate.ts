import type { RepliesTo } from '@wbiz/contracts/command-catalogue';
import { ContactView } from '@wbiz/contracts/contact';
import { inOrder } from '@wbiz/contracts/schema/in-order';
import type { Aggregate } from '@wbiz/eventing/aggregate';
import { withoutDeletedLabels } from './contact-labels.js';
import { contact } from './contact.decider.js';
import type { ContactCommand, ContactEvent } from './contact.messages.js';
import type { ContactState } from './contact.state.js';

import { contactFacts } from './contact.facts.js';

/** contacts.contacts holds each contact's state; `state->'contact'` is the part that the API shows. */
export const contacts: Aggregate<
  ContactCommand,
  ContactState | null,
  ContactEvent,
  RepliesTo<ContactCommand>
> = {
  name: 'contact',
  table: 'contacts',
  decider: contact,
  stream: ({ data }) => data.contactId,
  becomes: (state) => state?.mergedInto ?? undefined,
  published: ['contact.created', 'contact.updated', 'contact.opted_out', 'contact.merged'],
  facts: contactFacts,
  reply: {
    'contact.upsert': (state, events, { data, facts }) => ({
      id: state!.contact.id,
      // False if the person had a contact under another id before, which is merged into this one.
      created: events[0]?.type === 'contact.created' && events[0].data.merged === undefined,
      contact:
        data.source === 'api' ? inOrder(ContactView, withoutDeletedLabels(state!, facts).contact) : null,
    }),
    'contact.update': (state, _, { facts }) =>
      inOrder(ContactView, withoutDeletedLabels(state!, facts).contact),
  },
};
