import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { addAccount, addKey, gatewayDatabase } from '../gateway.harness.js';
import { KeyUses } from './key-uses.js';
import { removeOld } from './housekeeping.js';

let database: Awaited<ReturnType<typeof gatewayDatabase>>;
beforeAll(async () => void (database = await gatewayDatabase()));
afterAll(() => database.close());

const lastUsed = async (keyId: string) =>
  (
    await database.pool.query<{ at: Date }>(
      'select last_used as at from gateway.api_key_uses where key_id = $1',
      [keyId],
    )
  ).rows[0]?.at.getTime();

it('writes the latest use of each key, whichever gateway saw it', async () => {
  const key = await addKey(database.pool, await addAccount(database.pool));
  let now = 2_000;
  const one = new KeyUses(database.pool, () => now);
  const other = new KeyUses(database.pool, () => 1_500);
  one.note(key.id);
  now = 3_000;
  one.note(key.id);
  other.note(key.id);
  await one.write();
  await other.write();
  expect(await lastUsed(key.id)).toBe(3_000);
});

it('keeps what could not be written, and what was used since', async () => {
  const key = await addKey(database.pool, await addAccount(database.pool));
  let now = 1_000;
  let failed = false;
  const pool = {
    query: (...given: Parameters<typeof database.pool.query>) => {
      if (failed) return database.pool.query(...given);
      failed = true;
      uses.note('used meanwhile');
      return Promise.reject(new Error('Postgres is away'));
    },
  };
  const uses = new KeyUses(pool as typeof database.pool, () => now);
  uses.note(key.id);
  await expect(uses.write()).rejects.toThrow('Postgres is away');
  now = 2_000;
  await uses.write();
  expect([await lastUsed(key.id), await lastUsed('used meanwhile')]).toEqual([1_000, 1_000]);
  await removeOld(database.pool);
  expect([await lastUsed(key.id), await lastUsed('used meanwhile')]).toEqual([1_000, undefined]);
});

it("removes the console's keys an hour after they expired, and no other", async () => {
  const account = await addAccount(database.pool);
  const expiresAt = new Date(Date.now() - 2 * 3_600_000);
  const [ours, theirs] = [
    await addKey(database.pool, account, { expiresAt }),
    await addKey(database.pool, account, { expiresAt }),
  ];
  await database.pool.query('update gateway.api_keys set of_console = true where id = $1', [ours.id]);
  await removeOld(database.pool);
  const { rows } = await database.pool.query('select id from gateway.api_keys where account_id = $1', [
    account,
  ]);
  expect(rows).toEqual([{ id: theirs.id }]);
});
