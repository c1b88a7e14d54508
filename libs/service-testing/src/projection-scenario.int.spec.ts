import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventingTables, recoveryTables } from '@wbiz/eventing/postgres/schema';
import { projection } from '@wbiz/service-kit/projection';
import { projectionScenario } from './projection-scenario.js';
import { storeUnderTest, type StoreUnderTest } from './store-under-test.js';

class Tables {
  async up(runner: { query: (sql: string) => Promise<unknown> }) {
    await runner.query(eventingTables('campaigns') + recoveryTables('campaigns'));
    await runner.query('create table campaigns.names (account_id text, name text)');
  }
}
const names = projection({
  name: 'names',
  on: {
    'tag.created': async ({ accountId, data }, db) => {
      await db.query('insert into campaigns.names values ($1, $2)', [accountId, data.name]);
    },
  },
});
const created = (name: string, accountId = 'acc_1') =>
  ({ type: 'tag.created', accountId, data: { name, at: '2026-11-22T10:00:00.000Z' } }) as const;

let database: StoreUnderTest;
let given: ReturnType<typeof projectionScenario>['given'];
beforeAll(async () => {
  database = await storeUnderTest({ schema: 'campaigns', migrations: [Tables], inline: [] });
  ({ given } = projectionScenario(names, database));
});
afterAll(() => database.close());
const all = async () =>
  (await database.pool.query<{ name: string }>('select name from campaigns.names order by name')).rows.map(
    ({ name }) => name,
  );

it('tells a projection what happened, and reads what became of it', async () => {
  await given(created('a')).when(created('b', 'acc_2'), created('c')).then(all, ['a', 'b', 'c']);
  await given().when(created('d')).then(all, ['a', 'b', 'c', 'd']);
});

it('fails on other rows', async () => {
  await expect(given().when(created('e')).then(all, ['e'])).rejects.toThrow('toEqual');
});

it('takes only events of the catalogue', () => {
  // @ts-expect-error a tag has a name
  expect(given({ type: 'tag.created', accountId: 'acc_1', data: {} })).toBeDefined();
});
