import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { freshSchema } from './outbox.samples.js';
import { openSession } from './session.js';

let database: Awaited<ReturnType<typeof freshSchema>>;
beforeAll(async () => {
  database = await freshSchema();
});
afterAll(() => database.drop());

it('a session beats only where nothing was asked of it for that long', async () => {
  const session = await openSession(database.pool, { name: 'beating', heartbeatMs: 400 });
  const last = async () => {
    const { rows } = await database.pool.query<{ query: string }>(
      "select query from pg_stat_activity where application_name = 'beating'",
    );
    return rows[0]!.query;
  };
  const seen = new Set<string>();
  for (const end = Date.now() + 1_500; Date.now() < end; await delay(20)) {
    await session.query('select 2');
    seen.add(await last());
  }
  expect([...seen]).toEqual(['select 2']);
  await until(async () => (await last()) === 'select 1');
  await session.query('select 2');
  await until(async () => (await last()) === 'select 1');
  await session.close();
  expect(session.lost.aborted).toBe(true);
});
