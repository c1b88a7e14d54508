import pg from 'pg';
import { personOf } from './people.mjs';

const AT_ONCE = 20_000;
const OTHERS = 99;
const ACCOUNT = 'acc_';
/** Tags by rarity: one contact in so many has it. */
const ONE_IN = { customer: 1, lead: 2, rare: 5_000 };
/** The tags of the filled contacts. */
export const TAGS = Object.keys(ONE_IN);

/**
 * Writes `people` contacts into an account, and a tenth of that into 99 others, straight into the tables of the contacts
 * service. Each is a copy of the row of `model`, a contact made through the API, with another person's data. Resolves with
 * some of the account's ids.
 */
export async function fillContacts({ databaseUrl, accountId, model, people, idOf, searchTextOf }) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query('select state from contacts.contacts where stream = $1', [model]);
    const { state } = rows[0];
    // Fill first, index after, as a restore does.
    const { rows: indexes } = await client.query(
      `select indexrelid::regclass as name, pg_get_indexdef(indexrelid) as definition from pg_index
       where indrelid in ('contacts.contacts'::regclass, 'contacts.contact_tags'::regclass) and not indisprimary`,
    );
    for (const { name } of indexes) await client.query(`drop index ${name}`);
    const ids = [];
    const began = Date.parse('2026-01-01T00:00:00Z');
    const total = people + Math.floor(people / 10);
    for (let from = 0; from < total; from += AT_ONCE) {
      const made = Array.from({ length: Math.min(AT_ONCE, total - from) }, (_, index) => {
        const number = from + index;
        const account =
          number % 11 < 10 ? accountId : `${ACCOUNT}${String(number % OTHERS).padStart(26, '0')}`;
        const person = personOf(number);
        const id = idOf(account, person.phone);
        if (number % 1_000 === 0 && account === accountId) ids.push(id);
        const at = new Date(began + number * 20).toISOString();
        const tags = TAGS.filter((tag) => number % ONE_IN[tag] === 0);
        const contact = {
          ...{ ...state.contact, ...person, id, createdAt: at, updatedAt: at },
          tags,
          optedIn: number % 20 > 0,
        };
        return { id, account, at, contact, search: searchTextOf(person), tags };
      });
      const states = made.map(({ contact, search, tags }) =>
        JSON.stringify({ ...state, contact, search, tags: tags.map(() => 1) }),
      );
      await client.query(
        `insert into contacts.contacts (stream, account_id, version, state, created_at, updated_at)
         select stream, account_id, 1, state, now(), now() from unnest($1::text[], $2::text[], $3::jsonb[]) as s(stream, account_id, state)
         on conflict do nothing`,
        [made.map(({ id }) => id), made.map(({ account }) => account), states],
      );
      const tagged = made.flatMap(({ tags, id, account, at }) => tags.map((tag) => [id, account, at, tag]));
      await client.query(
        `insert into contacts.contact_tags (contact, account_id, created, tag, generation)
         select *, 1 from unnest($1::text[], $2::text[], $3::text[], $4::text[]) on conflict do nothing`,
        [0, 1, 2, 3].map((column) => tagged.map((row) => row[column])),
      );
    }
    await client.query(
      `insert into contacts.tag_counts (account_id, tag, generation, contacts)
       select account_id, tag, generation, count(*) from contacts.contact_tags group by account_id, tag, generation
       on conflict (account_id, tag, generation) do update set contacts = excluded.contacts`,
    );
    for (const { definition } of indexes) await client.query(definition);
    await client.query('vacuum analyze contacts.contacts');
    await client.query('vacuum analyze contacts.contact_tags');
    return ids;
  } finally {
    await client.end();
  }
}
