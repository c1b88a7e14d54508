import type { RecordedEvent } from '@wbiz/eventing/aggregate';
import type { Of } from '@wbiz/eventing/message';
import { followUp, inline, type FollowUp } from '@wbiz/eventing/postgres/inline-projection';
import type { PoolClient } from 'pg';
import { contacts } from './contact.aggregate.js';
import type { ContactEvent } from './contact.messages.js';

type Linked = RecordedEvent<Of<ContactEvent, 'contact.linked'>>;

/** Follow-up commands that make the ids of a person's other numbers and user id lead to one contact. */
async function link(events: readonly Linked[], tx: PoolClient): Promise<readonly FollowUp[]> {
  const { rows } = await tx.query<{ id: string }>({
    name: 'contacts-begun',
    text: 'select stream as id from contacts.contacts where stream = any($1)',
    values: [events.flatMap(({ data }) => data.ids)],
  });
  const begun = new Set(rows.map(({ id }) => id));
  return events.flatMap(({ accountId, data: { ids, ...change } }) => [
    ...ids
      .filter((id) => !begun.has(id))
      .map((contactId) => {
        const data = { contactId, into: change.contactId, at: change.at };
        return followUp(contacts, { accountId, type: 'contact.merge', data });
      }),
    // An earlier command of the same batch may have created a contact under an id: note-change merges that contact.
    ...(ids.some((id) => begun.has(id))
      ? [followUp(contacts, { accountId, type: 'contact.note-change', data: change })]
      : []),
  ]);
}

export const linkedProjection = inline<ContactEvent>({ 'contact.linked': link });
