import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { LIMITS } from '@wbiz/contracts/limits';
import { widestRows } from '@wbiz/service-testing/widest-rows';
import { serviceDatabase } from '@wbiz/testing/stack';
import { MIGRATIONS } from './migrations.js';

/** Most bytes of each indexed column's values. */
const BOUNDS = {
  stream: 40,
  "(state ->> 'wabaId')": LIMITS.metaId.max,
  'api_keys.id': 30,
  key_id: 30,
  prefix: 30,
  // Method and path of a route, and what parseIdempotencyKey accepts.
  route: 200,
  'idempotency.key': 255,
  'operator_sessions.secret_hash': 32,
};

let database: Awaited<ReturnType<typeof serviceDatabase>>;
beforeAll(async () => {
  database = await serviceDatabase('gateway', MIGRATIONS);
});
afterAll(() => database.close());

it('leave room in every index for the longest values that its columns take', async () => {
  const rows = await widestRows({ pool: database.pool, schema: 'gateway' }, BOUNDS);
  expect(rows).toMatchObject({ tooWide: [], unbounded: [] });
});
