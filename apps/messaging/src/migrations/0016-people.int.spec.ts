import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { serviceDatabase } from '@wbiz/testing/stack';
import { People1766800000000 } from './0016-people.js';
import { MIGRATIONS } from './migrations.js';

let database: Awaited<ReturnType<typeof serviceDatabase>>;
const upTo = MIGRATIONS.indexOf(People1766800000000);
beforeAll(async () => {
  database = await serviceDatabase('messaging', MIGRATIONS.slice(0, upTo));
});
afterAll(() => database.close());

it('links numbers and user ids from messages that were received with both', async () => {
  const { pool } = database;
  const received = (stream: string, account: string, data: object, type = 'message.received') =>
    pool.query(
      `insert into messaging.events (id, account_id, stream, version, type, data)
       values ($1, $2, $1, 1, $3, $4)`,
      [stream, account, type, data],
    );
  await received('a', 'acc_1', { from: '+5511987654321', userId: 'BR.1' });
  await received('b', 'acc_1', { from: '+918899332211', userId: 'IN.1' });
  await received('c', 'acc_1', { from: '+918899332212', userId: 'IN.1' });
  await received('d', 'acc_2', { from: '+918899332213', userId: 'IN.1' });
  await received('e', 'acc_1', { from: null, userId: 'IN.2' });
  await received('f', 'acc_1', { from: '+918899332214' });
  await received('g', 'acc_1', { from: '+918899332215', userId: 'IN.3' }, 'message.status');
  await database.up(People1766800000000);
  // Written as replicas of the previous version do.
  await pool.query(
    `insert into messaging.contact_names (contact_id, account_id, name, phone, search) values ('cnt_1', 'acc_1', null, null, null)`,
  );
  const { rows } = await pool.query(
    'select account_id, alias, person, former from messaging.people order by account_id, alias',
  );
  expect(rows.map((row) => Object.values(row))).toEqual([
    ['acc_1', 'BR.1', '+551187654321', false],
    ['acc_1', 'IN.1', '+918899332212', false],
    ['acc_2', 'IN.1', '+918899332213', false],
  ]);
});
