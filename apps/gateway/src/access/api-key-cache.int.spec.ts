import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { quiet } from '@wbiz/service-testing/quiet';
import { until } from '@wbiz/testing/stack';
import type pg from 'pg';
import { addAccount, addKey, gatewayDatabase } from '../gateway.harness.js';
import { ApiKeyCache } from './api-key-cache.js';

let database: Awaited<ReturnType<typeof gatewayDatabase>>;
let account: string;
let cache: ApiKeyCache;
beforeAll(async () => {
  database = await gatewayDatabase();
  account = await addAccount(database.pool);
});
afterEach(() => cache.stop());
afterAll(() => database.close());

/** A cache without requests for longer than its entries may be used. */
async function idleCache() {
  const polls: number[] = [];
  const watched = {
    query: (query: pg.QueryConfig) => {
      if (query.name === 'keys-changed') polls.push(performance.now());
      return database.pool.query(query);
    },
  } as unknown as pg.Pool;
  cache = new ApiKeyCache(watched, quiet);
  await cache.start();
  await until(() => performance.now() - polls[0]! > 1_100);
  return { polls };
}

it('the API key cache asks nothing without requests; the next one learns from Postgres what became of its key, and it follows again', async () => {
  const { id, prefix } = await addKey(database.pool, account);
  const { polls } = await idleCache();
  expect(polls).toHaveLength(1);
  await database.pool.query('update gateway.api_keys set revoked_at = now() where id = $1', [id]);
  expect((await cache.find(prefix))?.key.revokedAt).toEqual(expect.any(Date));
  await until(() => !(cache.find(prefix) instanceof Promise));
  await until(() => cache.find(prefix) && polls.length >= 5);
  const pauses = polls.slice(2).map((at, index) => at - polls[index + 1]!);
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(250);
});

it('what became of an account while the cache had no requests is known to the next request', async () => {
  const starter = await addAccount(database.pool, { plan: 'starter' });
  const { prefix } = await addKey(database.pool, starter);
  await idleCache();
  await database.pool.query(
    `update gateway.accounts set version = 2, updated_at = now(), state = state || '{"plan":"growth"}' where stream = $1`,
    [starter],
  );
  expect((await cache.find(prefix))?.account.plan).toBe('growth');
});

it('a key made while the cache had no requests is known to the next request', async () => {
  await idleCache();
  const { id, prefix } = await addKey(database.pool, account);
  expect((await cache.find(prefix))?.key.id).toBe(id);
});
