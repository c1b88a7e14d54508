import type { ContactCreatedData, ContactUpdatedData } from '@wbiz/contracts/contact';
import { contactIdOf } from '@wbiz/contracts/conversation';
import { isPhone, personKey } from '@wbiz/contracts/text/phone';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import type { Projection } from '@wbiz/eventing/postgres/projection';
import { batchProjection } from '@wbiz/service-kit/projection';
import type { PoolClient } from 'pg';
import { contactText } from '../conversation/search-text.js';
import { conversations } from '../conversation/conversation.decider.js';
import { differsFromStored } from '../person/identity.js';
import { linkPeople, type AccountLink } from '../person/link-people.js';
import { findPeople } from '../person/people.js';

/**
 * This service's copy of contacts' names and numbers as entered. Also links a contact's numbers and user ids as one
 * person.
 */
export const contactNames = (store: Pick<EventStore, 'applyIn' | 'committed'>): Projection =>
  batchProjection({
    name: 'contact-names',
    types: ['contact.created', 'contact.updated'],
    applied: () => store.committed(),
    all: async (events, db) => {
      const named = events.filter(
        (event) =>
          event.type === 'contact.created' ||
          ['name', 'phone', 'userId'].some((field) => event.data.changed.includes(field)),
      );
      const last = [...new Map(named.map((event) => [event.data.contactId, event])).values()];
      if (last.length === 0) return;
      const links = await linksIn(last, db);
      await db.query({
        name: 'contact-names',
        text: `insert into messaging.contact_names (contact_id, account_id, name, phone, user_id, search)
               select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
                 as n(id, account_id, name, phone, user_id, search) order by id
               on conflict (contact_id) do update set name = excluded.name, phone = excluded.phone,
                 user_id = excluded.user_id, search = excluded.search`,
        values: [
          last.map(({ data }) => data.contactId),
          last.map(({ accountId }) => accountId),
          last.map(({ data }) => data.contact.name),
          last.map(({ data }) => data.contact.phone),
          last.map(({ data }) => data.contact.userId),
          last.map(({ accountId, data }) => contactText(accountId, data.contact)),
        ],
      });
      await store.applyIn(db, conversations, await linkPeople(db, links));
    },
  });

type Told = { readonly accountId: string; readonly data: ContactCreatedData | ContactUpdatedData };
type Had = { readonly id: string; readonly phone: string | null; readonly user_id: string | null };

/** The identity links of contacts with a number or user id other than the one that the contact's id is derived from. */
async function linksIn(told: readonly Told[], db: PoolClient): Promise<readonly AccountLink[]> {
  const moved = told.filter(({ accountId, data: { contact } }) =>
    [contact.phone, contact.userId].some((key) => key !== null && contactIdOf(accountId, key) !== contact.id),
  );
  if (moved.length === 0) return [];
  const { rows } = await db.query<Had>({
    name: 'contacts-had',
    text: `select contact_id as id, phone, user_id from messaging.contact_names where contact_id = any($1)
           union all select contact_id, person, null from messaging.conversations
           where account_id = any($2) and contact_id = any($1)`,
    values: [moved.map(({ data }) => data.contactId), [...new Set(moved.map(({ accountId }) => accountId))]],
  });
  const people = moved.map(({ accountId, data: { contact } }) => {
    const had = rows.filter(({ id }) => id === contact.id).flatMap((row) => [row.phone, row.user_id]);
    const keys = [contact.phone, contact.userId].filter((key) => key !== null).map(personKey);
    return { accountId, id: contact.id, keys, had: had.filter((key) => key !== null).map(personKey) };
  });
  const find = await findPeople(
    db,
    people.flatMap(({ accountId, keys, had }) => [...keys, ...had].map((key) => ({ accountId, key }))),
  );
  return people.flatMap(({ accountId, id, keys, had }) => {
    const whose = (key: string) => find({ accountId, key })?.person ?? key;
    const person = [...keys, ...had]
      .flatMap((key) => [key, whose(key)])
      .find((key) => contactIdOf(accountId, key) === id);
    if (person === undefined) return [];
    const left = had.filter((key) => isPhone(key) && !keys.includes(key) && whose(key) === person);
    const hasNumber = keys.some(isPhone);
    return [
      ...keys.map((alias) => ({ accountId, alias, person, former: false })),
      ...(hasNumber ? left.map((alias) => ({ accountId, alias, person, former: true })) : []),
    ].filter((link) => differsFromStored(link, (key) => find({ accountId, key })));
  });
}
