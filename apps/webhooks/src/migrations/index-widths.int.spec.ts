import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { widestRows } from '@wbiz/service-testing/widest-rows';
import { serviceDatabase } from '@wbiz/testing/stack';
import { MIGRATIONS } from './migrations.js';

/** Maximum bytes of the values of indexed columns. */
const BOUNDS = {
  stream: 40,
  id: 30,
  webhook_id: 30,
  message_id: 40,
  // The value of the setting REPLICA, or the host name and a suffix.
  replica: 500,
};

let database: Awaited<ReturnType<typeof serviceDatabase>>;
beforeAll(async () => {
  database = await serviceDatabase('webhooks', MIGRATIONS);
});
afterAll(() => database.close());

it('leave room in every index for the longest values that its columns take', async () => {
  const rows = await widestRows({ pool: database.pool, schema: 'webhooks' }, BOUNDS);
  expect(rows).toMatchObject({ tooWide: [], unbounded: [] });
});
