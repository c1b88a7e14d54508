import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { CampaignView } from '@wbiz/contracts/campaign';
import { until } from '@wbiz/testing/stack';
import { campaignsSystem, type CampaignsSystem } from '../campaigns.harness.js';

jest.setTimeout(60_000);
let system: CampaignsSystem;
let shop: ReturnType<CampaignsSystem['account']>;

beforeAll(async () => {
  system = await campaignsSystem();
  await system.start();
});
afterAll(() => system.close());
beforeEach(async () => {
  system.fate(() => 'sent');
  system.reach(0);
  shop = await system.shop();
});

const isThrough = ({ status }: CampaignView) => status === 'completed';
const MISSED = () => new Date(Date.now() - 86_400_000).toISOString();

it('does not repeat a send that messaging may have taken while messaging cannot be asked', async () => {
  await shop.contacts(3);
  system.fate(() => 'unanswered');
  system.isAway(true);
  const { id } = await shop.create();
  await until(() => shop.sends().length === 3);
  // After the command's deadline (10 s), campaigns asks messaging for the outcome; messaging is still down then.
  await until(async () => (await system.pool.query('select from campaigns.flights')).rowCount === 3);
  await system.pool.query(`update campaigns.flights set issued_at = now()`);
  await expectStays(() => shop.sends().length === 3, 11_500);
  system.isAway(false);
  for (const send of shop.sends()) await system.tell(send, 'sent');
  expect((await shop.once(id, isThrough)).counts).toMatchObject({ sent: 3, queued: 0 });
  expect(shop.sends()).toHaveLength(3);
});

it('sends nothing to contacts that opted out after their send was claimed and before messaging was asked', async () => {
  await shop.contacts(4);
  await shop.contact(9, { optedIn: false, tags: [] });
  const ids = [0, 1, 2, 3].map((index) => shop.viewOf(index).id) as [string, string, string, string];
  const [, merged, waits, agrees] = ids;
  system.fate(({ contactId }) => (contactId === waits ? 'kept' : 'lost'));
  const { id } = await shop.create();
  await until(async () => {
    const { rowCount } = await system.pool.query('select from campaigns.flights');
    return rowCount === 4 && shop.sends().length === 1;
  });
  await shop.contact(0, { optedIn: false });
  await shop.contact(2, { optedIn: false });
  await shop.merge(merged, shop.viewOf(9).id);
  system.fate(() => 'sent');
  await system.pool.query(`update campaigns.flights set issued_at = now() - interval '1 minute'`);
  expect((await shop.once(id, isThrough, 30_000)).counts).toMatchObject({ sent: 1, skipped: 3 });
  expect(shop.sends().map(({ contactId }) => contactId)).toEqual([agrees]);
});

/** Fails if `is` returns false at any time within `ms`. */
async function expectStays(is: () => boolean, ms: number): Promise<void> {
  const giveUp = Date.now() + ms;
  await until(
    () => {
      expect(is()).toBe(true);
      return Date.now() > giveUp;
    },
    { timeoutMs: ms + 5_000, everyMs: 100 },
  );
}

describe('one account keeps no other from being served', () => {
  it('by campaigns that wait for a client to resume them', async () => {
    for (let n = 0; n < 210; n += 1) await shop.create({ startsAt: MISSED() });
    const other = await system.shop();
    await other.contacts(2);
    const { id } = await other.create({ startsAt: new Date(Date.now() + 1_000).toISOString() });
    await other.once(id, isThrough, 15_000);
  });

  it('by an audience that takes long', async () => {
    system.isSlow(shop.accountId);
    for (let n = 0; n < 3; n += 1) await shop.create();
    const other = await system.shop();
    await other.contacts(2);
    const begun = Date.now();
    await other.once((await other.create()).id, isThrough, 15_000);
    expect(Date.now() - begun).toBeLessThan(3_500);
  });
});

it('shares a little room out to all campaigns of a number', async () => {
  await shop.change({}, { throughput: 8 });
  await shop.contacts(30);
  system.fate(() => 'kept');
  const ids: string[] = [];
  for (let n = 0; n < 10; n += 1) ids.push((await shop.create()).id);
  await Promise.all(ids.map((id) => shop.once(id, ({ counts }) => counts.total === 30)));
  system.fate(() => 'sent');
  const before = shop.sends().length;
  await system.release();
  await until(() => shop.sends().length >= before + 100, { timeoutMs: 30_000 });
  const next = shop.sends().slice(before, before + 100);
  const each = ids.map((id) => next.filter(({ campaign }) => campaign!.campaignId === id).length);
  expect([Math.min(...each) >= 6, Math.max(...each) <= 14, each]).toEqual([true, true, each]);
});

describe("Meta's messaging limit", () => {
  it('lets through a campaign that just fits', async () => {
    await shop.contacts(5);
    await shop.change({}, { messagingLimit: 'TIER_50' });
    system.reach(45);
    const { id } = await shop.create();
    expect((await shop.once(id, isThrough)).counts).toMatchObject({ sent: 5 });
    expect(await holds(id)).toEqual([]);
  });

  it('is not forgotten when a campaign ends', async () => {
    await shop.contacts(30);
    await shop.change({}, { messagingLimit: 'TIER_50' });
    await shop.once((await shop.create()).id, isThrough);
    const { id } = await shop.create();
    const { counts } = await shop.once(id, ({ reason }) => reason === 'messaging_limit');
    expect(counts.sent).toBe(20);
    expect(shop.sends()).toHaveLength(50);
  });
});

it('pauses while Meta takes no send of its number, whatever receipts come in between', async () => {
  await shop.contacts(40);
  const { id } = await shop.create({ ratePerSecond: 20 });
  await until(() => shop.sends().length > 5);
  system.fate(() => 'kept');
  const delivered = shop.sends()[0]!;
  let expired = 0;
  await until(
    async () => {
      for (const send of [...system.kept.values()]) {
        system.kept.delete(send.messageId);
        await system.goesBack(send, 'expired');
        await system.tell(delivered, 'delivered');
        expired += 1;
      }
      return (await shop.get(id))!.reason === 'throttled_by_meta';
    },
    { timeoutMs: 15_000, everyMs: 50 },
  );
  const { resumesAt, status } = (await shop.get(id))!;
  expect([status, Date.parse(resumesAt!) > Date.now() + 50_000]).toEqual(['paused', true]);
  expect(expired).toBeGreaterThanOrEqual(5);
});

it('pauses if its sends all fail with the same error, whatever failed long ago', async () => {
  await shop.contacts(200);
  system.failWith({ code: 'rejected_by_meta', message: 'Odd.', metaCode: 131026 });
  let turn = 0;
  system.fate(() => ((turn += 1) === 1 ? 'failed' : 'sent'));
  const { id } = await shop.create({ ratePerSecond: 40 });
  await shop.once(id, ({ counts }) => counts.failed === 1 && counts.sent > 5);
  system.failWith({ code: 'upstream_error', message: 'Payment.', metaCode: 131042 });
  system.fate(() => 'failed');
  const { reason, detail, counts } = await shop.once(id, ({ status }) => status === 'paused');
  expect([reason, detail]).toEqual(['sends_failed', 'Its sends fail alike: 131042, Payment.']);
  expect(counts.queued).toBeGreaterThan(0);
});

it('reports the last counts of a cancelled campaign once no send awaits its outcome', async () => {
  await shop.contacts(6);
  system.fate(() => 'kept');
  const { id } = await shop.create();
  await until(() => shop.sends().length === 6);
  await shop.act('cancel', id);
  await until(async () => {
    const { rows } = await system.pool.query<{ counts: { queued: number; skipped: number } }>(
      `select data->'counts' as counts from campaigns.events where stream = $1 and type = 'campaign.status' order by version desc limit 1`,
      [id],
    );
    return rows[0]!.counts.queued === 0 && rows[0]!.counts.skipped === 6;
  });
});

describe('a retry that has not begun when the campaign is cancelled', () => {
  it.each(['completed', 'paused'] as const)('leaves what failed as it was: %s', async (before) => {
    await shop.contacts(4);
    const [kept] = [shop.viewOf(3).id];
    system.failWith({ code: 'upstream_error', message: 'Payment.', metaCode: 131042 });
    system.fate(({ contactId }) => (contactId === kept && before === 'paused' ? 'kept' : 'failed'));
    const { id } = await shop.create();
    const failed = before === 'paused' ? 3 : 4;
    await shop.once(id, ({ counts }) => counts.failed === failed);
    if (before === 'paused') await shop.act('pause', id);
    await shop.once(id, ({ status }) => status === before);
    // While this lease lasts, the steward does not look at the campaign.
    const lease = (until: string) =>
      system.pool.query('update campaigns.runs set leased_until = $2 where campaign_id = $1', [id, until]);
    await lease('infinity');
    expect(await shop.act('retry-failed', id)).toMatchObject({ ok: true });
    expect(await shop.act('retry-failed', id, { codes: ['131042'] })).toMatchObject({
      ok: false,
      error: { code: 'conflict', message: expect.stringContaining('still queueing') },
    });
    expect(await shop.act('cancel', id)).toMatchObject({ ok: true, data: { counts: { failed } } });
    await lease('-infinity');
    const other = await system.shop();
    await other.contacts(1);
    system.fate(() => 'sent');
    await other.once((await other.create()).id, isThrough);
    expect((await shop.get(id))!.counts).toMatchObject({ failed, skipped: 4 - failed, queued: 0 });
  });
});

async function holds(id: string): Promise<unknown[]> {
  const { rows } = await system.pool.query(
    `select data->>'reason' from campaigns.events where stream = $1 and type = 'campaign.status' and data->>'status' = 'paused'`,
    [id],
  );
  return rows;
}
