import { batchProjection } from '@wbiz/service-kit/projection';
import { contactText } from '../conversation/conversation-text.js';

/** This service's copy of what contacts are called, and how their numbers are spelled. */
export const contactNames = batchProjection({
  name: 'contact-names',
  types: ['contact.created', 'contact.updated'],
  all: async (events, db) => {
    const named = events.filter(
      (event) =>
        event.type === 'contact.created' ||
        event.data.changed.includes('name') ||
        event.data.changed.includes('phone'),
    );
    const last = [...new Map(named.map((event) => [event.data.contactId, event])).values()];
    if (last.length === 0) return;
    await db.query({
      name: 'contact-names',
      text: `insert into messaging.contact_names (contact_id, account_id, name, phone, search)
             select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
               as n(id, account_id, name, phone, search) order by id
             on conflict (contact_id) do update set name = excluded.name, phone = excluded.phone, search = excluded.search`,
      values: [
        last.map(({ data }) => data.contactId),
        last.map(({ accountId }) => accountId),
        last.map(({ data }) => data.contact.name),
        last.map(({ data }) => data.contact.phone),
        last.map(({ data }) => contactText(data.contact)),
      ],
    });
  },
});
