import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { LIMITS } from '@wbiz/contracts/limits';
import { widestRows, bytesOf } from '@wbiz/service-testing/widest-rows';
import { serviceDatabase } from '@wbiz/testing/stack';
import { MIGRATIONS } from './migrations.js';

/** Maximum bytes of the values of indexed columns. */
const BOUNDS = {
  stream: 40,
  'accounts.id': 30,
  'accounts.waba_id': LIMITS.metaId.max,
  '"left"(stream, 14)': 14,
  contact_id: 30,
  conversation_id: 30,
  message_id: 30,
  media_id: 30,
  phone_number_id: bytesOf(LIMITS.metaId),
  'phone_numbers.id': bytesOf(LIMITS.metaId),
  alias: bytesOf(LIMITS.userId),
  person: bytesOf(LIMITS.userId),
  into_stream: 30,
  'wamids.direction': 3,
  status: 20,
  outcome: 20,
  wamid: bytesOf(LIMITS.wamid),
  sha256: 64,
  'media_files.key': 200,
  name: bytesOf(LIMITS.templateName),
  language: bytesOf(LIMITS.templateLanguage),
  // The setting REPLICA, or the host name with a suffix.
  replica: 500,
};

let database: Awaited<ReturnType<typeof serviceDatabase>>;
beforeAll(async () => {
  database = await serviceDatabase('messaging', MIGRATIONS);
});
afterAll(() => database.close());

it('leave room in every index for the longest values that its columns take', async () => {
  const rows = await widestRows({ pool: database.pool, schema: 'messaging' }, BOUNDS);
  expect(rows).toMatchObject({ tooWide: [], unbounded: [] });
});
