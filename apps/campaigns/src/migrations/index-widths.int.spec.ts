import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CASELESS_BYTES } from '@wbiz/contracts/text/caseless';
import { LIMITS } from '@wbiz/contracts/limits';
import { widestRows, bytesOf } from '@wbiz/service-testing/widest-rows';
import { serviceDatabase } from '@wbiz/testing/stack';
import { MIGRATIONS } from './migrations.js';

/** The largest size in bytes of each indexed column's values. */
const BOUNDS = {
  stream: 40,
  'accounts.id': 30,
  'phone_numbers.id': bytesOf(LIMITS.metaId),
  'templates.name': bytesOf(LIMITS.templateName),
  'templates.language': bytesOf(LIMITS.templateLanguage),
  'deleted_labels.kind': 5,
  'deleted_labels.key': CASELESS_BYTES * LIMITS.tagName.max,
  campaign_id: 30,
  contact_id: 30,
  merged_into: 30,
  phone_number_id: bytesOf(LIMITS.metaId),
  status: 20,
};

let database: Awaited<ReturnType<typeof serviceDatabase>>;
beforeAll(async () => {
  database = await serviceDatabase('campaigns', MIGRATIONS);
});
afterAll(() => database.close());

it('leave room in every index for the longest values that its columns take', async () => {
  const rows = await widestRows({ pool: database.pool, schema: 'campaigns' }, BOUNDS);
  expect(rows).toMatchObject({ tooWide: [], unbounded: [] });
});
