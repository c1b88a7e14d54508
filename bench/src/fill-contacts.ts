import type pg from 'pg';
import { inBatches, withDatabase } from './database.ts';
import { personOf, type Person } from './people.ts';

const OTHERS = 99;
const ACCOUNT = 'acc_';
const BEGAN = Date.parse('2026-01-01T00:00:00Z');
/** Each tag's rarity: 2 means that one contact in 2 has the tag. */
const ONE_IN = { customer: 1, lead: 2, rare: 5_000 };
/** The tags that the written contacts may have. */
export const TAGS = Object.keys(ONE_IN);

/** The JSON in the column `state` of a contact's row. */
type State = { readonly contact: object };
type Filled = {
  readonly id: string;
  readonly account: string;
  readonly at: string;
  readonly tags: readonly string[];
  readonly state: string;
};

/**
 * Writes `people` contacts of an account, and a tenth as many of 99 other accounts, into the tables of the contacts service.
 * Each row is a copy of the row of `model`, a contact made through the API, with another person's data. Resolves with the
 * ids of some of the account's contacts.
 */
export async function fillContacts({
  databaseUrl,
  accountId,
  model,
  people,
}: {
  readonly databaseUrl: string;
  readonly accountId: string;
  readonly model: string;
  readonly people: number;
}): Promise<readonly string[]> {
  // Imported here, since the bench builds these packages first.
  const { contactIdOf } = await import('@wbiz/contracts/conversation');
  const { searchTextOf } = await import('@wbiz/contracts/text/search-text');
  return withDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query<{ state: State }>(
      'select state from contacts.contacts where stream = $1',
      [model],
    );
    const { state } = rows[0]!;
    const filledOf = (number: number): Filled => {
      const account = number % 11 < 10 ? accountId : `${ACCOUNT}${String(number % OTHERS).padStart(26, '0')}`;
      const person = personOf(number);
      const id = contactIdOf(account, person.phone);
      return { id, account, ...filled(state, number, id, person, searchTextOf(person)) };
    };
    const ids: string[] = [];
    const index = await unindexed(client);
    await inBatches(people + Math.floor(people / 10), async (numbers) => {
      const made = numbers.map(filledOf);
      ids.push(
        ...made.flatMap(({ id, account }, at) =>
          numbers[at]! % 1_000 === 0 && account === accountId ? [id] : [],
        ),
      );
      await insert(client, made);
    });
    await client.query(
      `insert into contacts.tag_counts (account_id, tag, generation, contacts)
       select account_id, tag, generation, count(*) from contacts.contact_tags group by account_id, tag, generation
       on conflict (account_id, tag, generation) do update set contacts = excluded.contacts`,
    );
    await index();
    await client.query('vacuum analyze contacts.contacts');
    await client.query('vacuum analyze contacts.contact_tags');
    return ids;
  });
}

function filled(model: State, number: number, id: string, person: Person, search: string) {
  const at = new Date(BEGAN + number * 20).toISOString();
  const tags = Object.entries(ONE_IN).flatMap(([tag, oneIn]) => (number % oneIn === 0 ? [tag] : []));
  const optedIn = number % 20 > 0;
  const contact = { ...model.contact, ...person, id, createdAt: at, updatedAt: at, tags, optedIn };
  return { at, tags, state: JSON.stringify({ ...model, contact, search, tags: tags.map(() => 1) }) };
}

/** Drops the indexes, since filling tables without them is faster; resolves with a function that makes them again. */
async function unindexed(client: pg.Client): Promise<() => Promise<void>> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select indexrelid::regclass as name, pg_get_indexdef(indexrelid) as definition from pg_index
     where indrelid in ('contacts.contacts'::regclass, 'contacts.contact_tags'::regclass) and not indisprimary`,
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  return async () => {
    for (const { definition } of rows) await client.query(definition);
  };
}

async function insert(client: pg.Client, made: readonly Filled[]): Promise<void> {
  await client.query(
    `insert into contacts.contacts (stream, account_id, version, state, created_at, updated_at)
     select stream, account_id, 1, state, now(), now() from unnest($1::text[], $2::text[], $3::jsonb[]) as s(stream, account_id, state)
     on conflict do nothing`,
    [made.map(({ id }) => id), made.map(({ account }) => account), made.map(({ state }) => state)],
  );
  const tagged = made.flatMap(({ tags, id, account, at }) => tags.map((tag) => [id, account, at, tag]));
  await client.query(
    `insert into contacts.contact_tags (contact, account_id, created, tag, generation)
     select *, 1 from unnest($1::text[], $2::text[], $3::text[], $4::text[]) on conflict do nothing`,
    [0, 1, 2, 3].map((column) => tagged.map((row) => row[column])),
  );
}
