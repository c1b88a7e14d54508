import type { Duplex } from 'node:stream';
import { afterEach, expect, it, jest } from '@jest/globals';
import { freshDatabase } from '@wbiz/testing/stack';
import pg from 'pg';
import { writeOnceATurn } from './one-write-a-turn.js';

let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A connection in pipeline mode, and the number of its writes to the socket. */
async function connected(onConnect?: (client: pg.ClientBase) => void) {
  const { url, drop } = await freshDatabase();
  const options: pg.PoolConfig & { pipeline: true } = { connectionString: url, pipeline: true, onConnect };
  const pool = new pg.Pool(options);
  const client = await pool.connect();
  closing = [
    async () => {
      client.release();
      await pool.end();
      await drop();
    },
  ];
  const { stream } = (client as pg.PoolClient & { connection: { stream: Required<Duplex> } }).connection;
  const [one, many] = [jest.spyOn(stream, '_write'), jest.spyOn(stream, '_writev')];
  return { client, writes: () => one.mock.calls.length + many.mock.calls.length };
}
const three = (client: pg.PoolClient) =>
  Promise.all([
    client.query('begin'),
    client.query<{ n: number }>({ name: 'one', text: 'select $1::int as n', values: [1] }),
    client.query<{ n: number }>('select 2 as n'),
  ]);

it('writes what it is given in one turn at once, and each of the next turn anew', async () => {
  const { client, writes } = await connected(writeOnceATurn);
  const [, first, second] = await three(client);
  expect([first.rows, second.rows, writes()]).toEqual([[{ n: 1 }], [{ n: 2 }], 1]);
  await client.query('commit');
  expect(writes()).toBe(2);
});

it('is what pg does not do by itself', async () => {
  const { client, writes } = await connected();
  await three(client);
  expect(writes()).toBe(3);
});

it('goes on after a statement that fails, and after one that cannot be sent', async () => {
  const { client } = await connected(writeOnceATurn);
  const [failed, alive] = await Promise.allSettled([client.query('select 1/0'), client.query('select 1')]);
  expect([failed.status, alive.status]).toEqual(['rejected', 'fulfilled']);
  const unsendable = { name: 'one', text: 'select $1::int', values: 1 as unknown as unknown[] };
  await expect(client.query(unsendable)).rejects.toThrow('Query values must be an array');
  expect((await client.query<{ n: number }>('select 3 as n')).rows).toEqual([{ n: 3 }]);
});
