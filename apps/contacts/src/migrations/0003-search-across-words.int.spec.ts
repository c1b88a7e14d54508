import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { contacts } from '../contact/contact.aggregate.js';
import { contactsOnPostgres, type ContactsOnPostgres } from '../contacts.harness.js';
import { SearchAcrossWords1764900000000 } from './0003-search-across-words.js';

let system: ContactsOnPostgres;
beforeAll(async () => {
  system = await contactsOnPostgres();
});
afterAll(() => system.close());

it('gives contacts made before it the text that those made after it have', async () => {
  const account = system.account();
  const ids = await Promise.all(
    [
      { phone: '+5511987654321', name: "João d'Ávila-Çelik", email: 'Joao.d_1@example.com' },
      { phone: system.newPhone(), name: '王伟  (Sales) ++1 _x' },
      { userId: 'IN.17841400000000' },
    ].map(async (given) => (await account.upsert(given)).id),
  );
  const before = ` joao d'avila-celik +5511987654321 +551187654321 joao.d_1@example.com`;
  await system.pool.query(
    `update contacts.contacts set state = jsonb_set(state, '{search}', to_jsonb(
       case stream when $1 then $2::text else translate(regexp_replace(state->>'search', ' [^ ]*( [^ ]*)*$', ''), 'QXZJWVY', ' .@+-_''') end))`,
    [ids[0], before],
  );
  await system.up(SearchAcrossWords1764900000000);

  for (const id of ids) {
    const { rows } = await system.pool.query<{ state: unknown }>(
      'select state from contacts.contacts where stream = $1',
      [id],
    );
    expect(rows[0]!.state).toEqual(await system.store.replay(contacts, id));
  }
  const { rows: indexes } = await system.pool.query(
    `select from pg_indexes where schemaname = 'contacts' and indexname in ('contacts_newest', 'contacts_search')`,
  );
  expect(indexes).toHaveLength(2);
});
