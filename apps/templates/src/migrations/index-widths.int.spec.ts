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
  'flows.id': 30,
  'submissions.id': 30,
  'accounts.waba_id': LIMITS.metaId.max,
  meta_id: bytesOf(LIMITS.metaId),
  "((state -> 'view') ->> 'metaId')": bytesOf(LIMITS.metaId),
  "((state -> 'view') ->> 'name')": bytesOf(LIMITS.templateName),
  "((state -> 'view') ->> 'language')": bytesOf(LIMITS.templateLanguage),
  shortcut: CASELESS_BYTES * LIMITS.quickReplyShortcut.max,
};

let database: Awaited<ReturnType<typeof serviceDatabase>>;
beforeAll(async () => {
  database = await serviceDatabase('templates', MIGRATIONS);
});
afterAll(() => database.close());

it('leave room in every index for the longest values that its columns take', async () => {
  const rows = await widestRows({ pool: database.pool, schema: 'templates' }, BOUNDS);
  expect(rows).toMatchObject({ tooWide: [], unbounded: [] });
});
