import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { CampaignView } from '@wbiz/contracts/campaign';
import { until } from '@wbiz/testing/stack';
import { setTimeout as delay } from 'node:timers/promises';
import { campaignsSystem, type CampaignsSystem, type Fate } from '../campaigns.harness.js';
import { claim } from './claims.js';

jest.setTimeout(90_000);
const PEOPLE = 120;
let system: CampaignsSystem;

beforeAll(async () => {
  system = await campaignsSystem();
  await system.start();
});
afterAll(() => system.close());

/** Random numbers by Numerical Recipes' generator: the same seed gives the same sequence. */
const chances = (seed: number) => {
  let state = seed;
  return (below: number) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
};

/** Expects the counts to add up to the audience, once the audience is frozen. */
const addUp = ({ counts }: CampaignView) =>
  expect([0, PEOPLE]).toContain(counts.queued + counts.sent + counts.failed + counts.skipped);

/** Expects the counters to equal the number of recipients by state. */
async function matchRows(id: string) {
  const { rows } = await system.pool.query<{ state: number; rows: number; counted: number }>(
    `select r.state, count(*)::int as rows, max(c.recipients)::int as counted
     from (select r.state from campaigns.recipients r join campaigns.runs u on u.run = r.run where u.campaign_id = $1) r
     full join (select c.* from campaigns.counts c join campaigns.runs u on u.run = c.run
       where u.campaign_id = $1 and c.recipients <> 0) c on c.state = r.state
     group by r.state`,
    [id],
  );
  for (const row of rows) expect(row).toMatchObject({ counted: row.rows });
}

async function aShop() {
  const shop = await system.shop();
  await shop.contacts(PEOPLE);
  return shop;
}

it.each([1, 2, 3, 4])(
  'pause, resume, retry and replicas that come and go: nobody twice, nobody missed (seed %i)',
  async (seed) => {
    const chance = chances(seed);
    const shop = await aShop();
    const fates: readonly Fate[] = ['sent', 'sent', 'sent', 'sent', 'kept', 'failed', 'refused'];
    system.failWith({ code: 'upstream_error', message: 'Later.', metaCode: 131016 });
    system.fate(() => fates[chance(fates.length)]!);
    const { id } = await shop.create({ ratePerSecond: 60 });
    const steps = [
      () => shop.act('pause', id),
      () => shop.act('resume', id),
      () => shop.act('retry-failed', id),
      () => system.release(),
      async () => (await system.start()).stop(),
    ];
    for (let step = 0; step < 14; step += 1) {
      await steps[chance(steps.length)]!();
      await delay(chance(400));
      addUp((await shop.get(id))!);
    }
    system.fate(() => 'sent');
    await until(
      async () => {
        await system.release();
        await shop.act('resume', id);
        await shop.act('retry-failed', id);
        const { status, counts } = (await shop.get(id))!;
        if (counts.sent < PEOPLE) throw new Error(`${status} ${JSON.stringify(counts)}`);
        return true;
      },
      { timeoutMs: 60_000, everyMs: 200 },
    );
    await matchRows(id);
    const reached = await reachedBy(shop);
    expect(reached.length).toBe(PEOPLE);
    expect(new Set(reached).size).toBe(PEOPLE);
  },
);

it.each([5, 6])('nobody after a cancel (seed %i)', async (seed) => {
  const chance = chances(seed);
  const shop = await aShop();
  const fates: readonly Fate[] = ['sent', 'kept'];
  const times = new Map<string, number>();
  system.fate((send) => {
    times.set(send.messageId, Date.now());
    return fates[chance(2)]!;
  });
  const { id } = await shop.create({ ratePerSecond: 40 });
  await until(() => shop.sends().length > 10 + chance(20));
  await shop.act('cancel', id);
  const cancelled = Date.now();
  const { counts } = await shop.once(id, (campaign) => campaign.counts.queued === 0);
  addUp((await shop.get(id))!);
  await matchRows(id);
  expect(counts.sent + counts.skipped).toBe(PEOPLE);
  expect(shop.sends().length).toBe(counts.sent);
  await delay(1_500); // a further send would leave within a tick of 50 ms
  expect(shop.sends().filter(({ messageId }) => times.get(messageId)! > cancelled + 1_000)).toEqual([]);
});

it('asks for sends that a replica claimed before it died', async () => {
  const shop = await aShop();
  system.fate(() => 'sent');
  const { id } = await shop.create({ ratePerSecond: 1 });
  await until(() => shop.sends().length > 0);
  const { phoneNumberId } = (await shop.get(id))!;
  await system.pool.query(`update campaigns.runs set rate = 50 where campaign_id = $1`, [id]);
  const claimed = await until(async () => {
    const { accountId } = shop;
    const all = await claim(system.pool, { accountId, phoneNumberId, askedAtMost: null });
    return all.length > 0 && all;
  });
  await system.pool.query(`update campaigns.flights set issued_at = now() - interval '1 minute'`);
  await shop.once(id, ({ status }) => status === 'completed');
  const reached = await reachedBy(shop);
  expect(reached).toEqual(expect.arrayContaining(claimed.map(({ contactId }) => contactId)));
  expect(reached.length).toBe(PEOPLE);
});

/** The contact of every message that was neither withdrawn nor failed, once per message. */
async function reachedBy(shop: ReturnType<CampaignsSystem['account']>): Promise<string[]> {
  const sent = new Set(system.toldSent);
  return shop.sends().flatMap(({ messageId, contactId }) => (sent.has(messageId) ? [contactId] : []));
}
