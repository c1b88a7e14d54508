import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { newId } from '@wbiz/contracts/ids';
import { inTransaction } from '@wbiz/eventing/postgres/transaction';
import { storeUnderTest } from '@wbiz/service-testing/store-under-test';
import { CampaignQueries } from '../campaign/campaign.queries.js';
import { aCampaign } from '../campaign/campaign.samples.js';
import { campaigns } from '../campaign/campaign.aggregate.js';
import { runsProjection } from '../campaign/runs.projection.js';
import { MIGRATIONS } from '../migrations/migrations.js';
import { claim } from '../run/claims.js';
import { moveRecipients } from './move-recipients.js';
import { RecipientQueries } from './recipient.queries.js';
import { STATE } from './recipient-state.js';

jest.setTimeout(600_000);
const ACCOUNT = newId('acc');
const NUMBER = '1000000000000011';
const SIZES = { thousand: 1_000, million: 1_000_000 } as const;
type Size = keyof typeof SIZES;
const FAILED_EVERY = 10_000;

let db: Awaited<ReturnType<typeof storeUnderTest>>;
const ids: Record<Size, string> = { thousand: newId('cmp'), million: newId('cmp') };

/** One recipient in 10,000 has failed, the first half is sent, the rest waits. */
const fill = async (size: Size) => {
  const at = new Date().toISOString();
  const data = aCampaign({ campaignId: ids[size], at, phoneNumberId: NUMBER });
  await db.store.apply(campaigns, { accountId: ACCOUNT, type: 'campaign.create', data });
  await db.pool.query(
    `with made as (
       insert into campaigns.recipients (run, contact_id, state, attempt, "to", message_id, status_at, error)
       select u.run, 'cnt_' || lpad(n::text, 26, '0'),
         case when n % $2 = 0 then 5 when n <= $3 / 2 then 3 else 0 end, (n <= $3 / 2)::int, '+9190' || lpad(n::text, 8, '0'),
         case when n <= $3 / 2 then 'msg_' || lpad(n::text, 26, '0') end, now(),
         case when n % $2 = 0 then '{"code": "rejected_by_meta", "message": "No.", "metaCode": 131026}'::jsonb end
       from campaigns.runs u, generate_series(1, $3::int) n where u.campaign_id = $1 order by 2
       returning run, state)
     insert into campaigns.counts select run, state, count(*) from made group by 1, 2`,
    [ids[size], Math.min(FAILED_EVERY, SIZES[size] / 10), SIZES[size]],
  );
  await db.pool.query(
    `update campaigns.runs set status = 'running', prepared = true where campaign_id = $1`,
    [ids[size]],
  );
};

beforeAll(async () => {
  const tables = { schema: 'campaigns', migrations: MIGRATIONS, inline: [runsProjection] };
  db = await storeUnderTest(tables, { max: 4 });
  for (const size of ['thousand', 'million'] as const) await fill(size);
  await db.pool.query(
    `insert into campaigns.contacts (account_id, contact_id, phone, fields, field_keys, tags, opted_in, source, created_at, updated_at, sequence)
     select $1, 'cnt_' || lpad(n::text, 26, '0'), '+9190' || lpad(n::text, 8, '0'), '{}', '{}', '{}', true, 'api', '', '', 1
     from generate_series(1, $2::int) n`,
    [ACCOUNT, SIZES.million],
  );
  await db.pool.query('vacuum analyze campaigns.recipients, campaigns.contacts');
});
afterAll(() => db.close());

/** The median time of `times` runs, in ms. */
async function median(work: (turn: number) => Promise<unknown>, times = 15): Promise<number> {
  const took: number[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    const begun = performance.now();
    await work(turn);
    took.push(performance.now() - begun);
  }
  return took.toSorted((a, b) => a - b)[Math.floor(times / 2)]!;
}

it('of a million recipients is counted, listed and paged as of a thousand', async () => {
  const one = new CampaignQueries(db.pool);
  const all = new RecipientQueries(db.pool);
  const middle = (size: Size) =>
    Buffer.from(JSON.stringify([`cnt_${String(SIZES[size] / 2).padStart(26, '0')}`])).toString('base64url');
  const reads = {
    get: (size: Size) => one.get({ accountId: ACCOUNT, id: ids[size] }),
    list: () => one.list({ accountId: ACCOUNT }),
    'first page': (size: Size) => all.recipients({ accountId: ACCOUNT, id: ids[size] }),
    'page in the middle': (size: Size) =>
      all.recipients({ accountId: ACCOUNT, id: ids[size], cursor: middle(size) }),
    'page of those that failed': (size: Size) =>
      all.recipients({ accountId: ACCOUNT, id: ids[size], status: 'failed' }),
    'page of those that wait': (size: Size) =>
      all.recipients({ accountId: ACCOUNT, id: ids[size], status: 'queued' }),
  };
  const table: Record<string, unknown> = {};
  for (const [what, read] of Object.entries(reads)) {
    const [small, large] = [await median(() => read('thousand')), await median(() => read('million'))];
    table[what] = { 'of 1,000 (ms)': small.toFixed(1), 'of 1,000,000 (ms)': large.toFixed(1) };
    expect([what, large < 10 * small + 5]).toEqual([what, true]);
  }
  console.table(table);
  const { counts } = (await one.get({ accountId: ACCOUNT, id: ids.million }))!;
  expect(counts).toMatchObject({ total: SIZES.million, failed: SIZES.million / FAILED_EVERY });
});

it('of a million recipients costs no more each than of a thousand', async () => {
  const moves = (size: Size, turn: number) =>
    Array.from({ length: 20 }, (_, nth) => {
      const n = String(1 + turn * 20 + nth).padStart(26, '0');
      const at = new Date().toISOString();
      return {
        campaignId: ids[size],
        contactId: `cnt_${n}`,
        messageId: `msg_${n}`,
        state: STATE.delivered,
        at,
      };
    });
  const moved = async (size: Size) =>
    median((turn) => inTransaction(db.pool, (tx) => moveRecipients(tx, moves(size, turn))));
  const [small, large] = [await moved('thousand'), await moved('million')];
  await db.pool.query(`update campaigns.runs set status = 'paused' where campaign_id = $1`, [ids.thousand]);
  const claims = await median(async () => {
    const claimed = await claim(db.pool, { accountId: ACCOUNT, phoneNumberId: NUMBER, askedAtMost: null });
    expect(claimed.length).toBeGreaterThan(0);
    await db.pool.query('delete from campaigns.flights');
  });
  console.table({
    'move of 20': { 'of 1,000 (ms)': small.toFixed(1), 'of 1,000,000 (ms)': large.toFixed(1) },
    claim: { 'of 1,000,000 (ms)': claims.toFixed(1) },
  });
  expect(large).toBeLessThan(3 * small + 5);
  expect(claims).toBeLessThan(20 * small + 50);
});
