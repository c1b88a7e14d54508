import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CASELESS_BYTES } from '@wbiz/contracts/text/caseless';
import { LIMITS } from '@wbiz/contracts/limits';
import { widestRows } from '@wbiz/service-testing/widest-rows';
import { serviceDatabase } from '@wbiz/testing/stack';
import { MIGRATIONS } from './migrations.js';

/** The largest size in bytes of each indexed column's values. */
const BOUNDS = {
  stream: 40,
  // A stream is named `tag:<account>:<key>`.
  'tags.stream': 40 + CASELESS_BYTES * LIMITS.tagName.max,
  'events.stream': 40 + CASELESS_BYTES * LIMITS.tagName.max,
  'accounts.id': 30,
  'accounts.waba_id': LIMITS.metaId.max,
  tag: CASELESS_BYTES * LIMITS.tagName.max,
  key: CASELESS_BYTES * LIMITS.tagName.max,
  kind: 10,
  contact: 30,
  created: 30,
  updated: 30,
  // The bound that searchTextOf keeps.
  search: 2_500,
};

let database: Awaited<ReturnType<typeof serviceDatabase>>;
beforeAll(async () => {
  database = await serviceDatabase('contacts', MIGRATIONS);
});
afterAll(() => database.close());

it('leave room in every index for the longest values that its columns take', async () => {
  const rows = await widestRows({ pool: database.pool, schema: 'contacts' }, BOUNDS);
  expect(rows).toMatchObject({ tooWide: [], unbounded: [] });
});
