import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AccountData } from '@wbiz/contracts/account';
import type {
  CampaignReason,
  CampaignStatusData,
  CampaignView,
  RecipientStatus,
  RecipientView,
} from '@wbiz/contracts/campaign';
import { until } from '@wbiz/testing/stack';
import { STATE } from '../recipient/recipient-state.js';
import { campaignsSystem, type CampaignsSystem } from '../campaigns.harness.js';

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
const people = () => shop.sends().map(({ request }) => request.to);

it('reaches everyone who agreed, once, each with its own values', async () => {
  await shop.contact(1000, { optedIn: false });
  await shop.contacts(30);
  const { id, status } = await shop.create();
  expect(status).toBe('running');
  const { counts } = await shop.once(id, isThrough);
  expect(counts).toEqual({
    total: 31,
    queued: 0,
    sent: 30,
    delivered: 0,
    read: 0,
    failed: 0,
    skipped: 1,
    held: 0,
  });
  expect(new Set(people()).size).toBe(30);
  expect(people()).toHaveLength(30);
  for (const { request, contactId } of shop.sends()) {
    const index = Number(request.to.slice(-4));
    expect({ contactId, request }).toMatchObject({
      contactId: shop.viewOf(index).id,
      request: { template: 'diwali_offer', language: 'en_US', variables: [`Person ${index}`] },
    });
  }
});

it('reports its progress in the feed', async () => {
  await shop.contacts(3);
  const { id } = await shop.create();
  await shop.once(id, isThrough);
  const told = (await statuses(id)).map(({ status, counts }) => [status, counts.total, counts.sent]);
  expect(told[0]).toEqual(['running', 0, 0]);
  expect(told).toContainEqual(['running', 3, 0]);
  expect(told.at(-1)).toEqual(['completed', 3, 3]);
});

it('reports its progress once a second at most, however often the steward looks at it', async () => {
  await shop.contacts(100);
  const other = await system.shop();
  const { id } = await shop.create({ ratePerSecond: 20 });
  const startsAt = new Date(Date.now() + 3_600_000).toISOString();
  let through = false;
  const waking = (async () => {
    while (!through) await other.create({ startsAt });
  })();
  await shop.once(id, isThrough);
  through = true;
  await waking;
  const told = await statuses(id);
  const times = told.filter(({ counts }) => counts.total > 0).map(({ at }) => Date.parse(at));
  const last = told.pop()!;
  expect(last).toMatchObject({ status: 'completed', counts: { sent: 100, queued: 0 } });
  // Leaves out the last event, which reports a status change: status changes are reported at once, not once a second.
  const gaps = times.slice(1, -1).map((at, index) => at - times[index]!);
  expect([gaps.length > 2, Math.min(...gaps) >= 1_000, Math.max(...gaps) < 2_500, gaps]).toEqual([
    true,
    true,
    true,
    gaps,
  ]);
});

describe('an audience', () => {
  it('stays as it was when the campaign started', async () => {
    await shop.contacts(3);
    system.fate(() => 'kept');
    const { id } = await shop.create();
    await until(() => shop.sends().length === 3);
    await shop.act('pause', id);
    await shop.contact(1, { tags: [] });
    await shop.contact(2, { name: 'Other' });
    for (const index of [3, 4]) await shop.contact(index);
    await until(async () => {
      const audience = { kind: 'tags' as const, tags: ['customer'] };
      return (await system.ask('campaign.preview', { accountId: shop.accountId, audience })).total === 4;
    });
    system.fate(() => 'sent');
    await shop.act('resume', id);
    expect((await shop.once(id, isThrough)).counts).toMatchObject({ total: 3, sent: 3 });
    for (const index of [0, 1, 2]) {
      const { id: contactId, name } = shop.viewOf(index);
      expect(shop.sends()).toContainEqual(
        expect.objectContaining({ contactId, request: expect.objectContaining({ variables: [name] }) }),
      );
    }
  });

  it.each([
    ['of nobody', 0, { total: 0, sent: 0, skipped: 0 }],
    ['of nobody who agrees', 2, { total: 2, sent: 0, skipped: 2 }],
  ])('%s is through at once', async (_what, count, counts) => {
    for (let index = 0; index < count; index += 1)
      await shop.contact(1_000 + index, { optedIn: false, tags: ['lead'] });
    await shop.contacts(1);
    const { id } = await shop.create({ audience: { kind: 'tags', tags: ['lead'] } });
    expect((await shop.once(id, isThrough)).counts).toMatchObject(counts);
    expect((await statuses(id)).at(-1)).toMatchObject({ status: 'completed', counts });
    expect(people()).toEqual([]);
  });
});

describe('at a time', () => {
  it('takes every change up to the moment it starts, and none after it', async () => {
    await shop.contacts(40);
    const startsAt = new Date(Date.now() + 1_500).toISOString();
    const { id } = await shop.create({ startsAt, schedule: { mode: 'at', sendAt: startsAt } });
    let accepted = -1;
    for (let turn = 0; ; turn += 1) {
      const contacts = [shop.viewOf(turn % 40).id];
      const answer = await shop.update(id, { audience: { kind: 'contacts', contacts } });
      if (!answer.ok) {
        expect(answer.error).toMatchObject({ code: 'conflict' });
        break;
      }
      accepted = turn;
    }
    const { startedAt, audience } = await shop.once(id, isThrough);
    expect(Date.parse(startedAt!)).toBeGreaterThanOrEqual(Date.parse(startsAt));
    const last = shop.viewOf(accepted % 40);
    expect([accepted > 10, audience.contacts, people()]).toEqual([true, [last.id], [last.phone]]);
  });

  it('waits for it, and is changed until then', async () => {
    await shop.contacts(2);
    const startsAt = new Date(Date.now() + 2_000).toISOString();
    const { id, status } = await shop.create({ startsAt, schedule: { mode: 'at', sendAt: startsAt } });
    expect(status).toBe('scheduled');
    await shop.update(id, { audience: { kind: 'contacts', contacts: [shop.viewOf(1).id] } });
    const { startedAt, counts } = await shop.once(id, isThrough);
    expect(Date.parse(startedAt!)).toBeGreaterThanOrEqual(Date.parse(startsAt));
    expect([counts.total, people()]).toEqual([1, [shop.viewOf(1).phone]]);
    expect(await shop.update(id, { name: 'late' })).toMatchObject({ ok: false, error: { code: 'conflict' } });
  });

  it('is paused until a client resumes it when it comes too late', async () => {
    await shop.contacts(1);
    const startsAt = new Date(Date.now() - 3_700_000).toISOString();
    const { id } = await shop.create({ startsAt });
    const { reason } = await shop.once(id, ({ status }) => status === 'paused');
    expect([reason, people()]).toEqual(['missed_start', []]);
    await shop.act('resume', id);
    await shop.once(id, isThrough);
  });
});

describe('a pause', () => {
  it('withdraws sends that Meta was not asked for, and a resume sends them', async () => {
    await shop.contacts(20);
    system.fate(({ accountId }) => (accountId === shop.accountId ? 'kept' : 'sent'));
    const { id } = await shop.create();
    await until(() => shop.sends().length > 0);
    expect(await shop.act('pause', id)).toMatchObject({ ok: true, data: { status: 'paused' } });
    await until(() => shop.sends().length === 0);
    const { counts } = await shop.once(id, (campaign) => campaign.counts.queued === 20);
    expect(counts).toMatchObject({ total: 20, sent: 0 });
    system.fate(() => 'sent');
    await shop.act('resume', id);
    expect((await shop.once(id, isThrough)).counts).toMatchObject({ sent: 20 });
    expect(new Set(people()).size).toBe(20);
    expect(people()).toHaveLength(20);
  });

  it('counts sends that Meta accepted all the same', async () => {
    await shop.contacts(5);
    system.fate(() => 'kept');
    const { id } = await shop.create();
    await until(() => shop.sends().length === 5);
    await system.release(); // the send's outcome is under way when the pause comes
    await shop.act('pause', id);
    expect((await shop.once(id, ({ counts }) => counts.sent === 5)).status).toBe('paused');
  });
});

describe('its progress', () => {
  const progress = (id: string, accountId = shop.accountId) =>
    system.ask('campaign.progress', { accountId, id });

  it('is what its own events reported', async () => {
    await shop.contacts(5);
    system.fate(() => 'sent');
    const { id } = await shop.create();
    await shop.once(id, isThrough);
    const told = (await statuses(id)).map(({ at, status, counts }) => ({ at, status, counts }));
    expect(await progress(id)).toEqual({ data: told });
    expect(told.at(-1)).toMatchObject({ status: 'completed', counts: { sent: 5 } });
    expect(await progress(id, system.account().accountId)).toBeNull();
  });

  it.each([
    [299, 1],
    [300, 2],
    [5_000, 17],
  ])('of %i events is one of %i, with the first and the last', async (events, step) => {
    await shop.contacts(1);
    system.fate(() => 'sent');
    const { id } = await shop.create();
    await shop.once(id, isThrough);
    const before = (await statuses(id)).length;
    await system.pool.query(
      `insert into campaigns.events (id, account_id, stream, version, type, data, created_at)
       select 'x' || n || $1, account_id, stream, version + n, type,
         json_build_object('at', now() + n * interval '1 s', 'status', 'running', 'counts', json_build_object('total', n)), now()
       from generate_series(1, $2::int) n, lateral (
         select * from campaigns.events where stream = $1 order by version desc limit 1) e`,
      [id, events - before],
    );
    const { data } = (await progress(id))!;
    const all = await statuses(id);
    expect(all).toHaveLength(events);
    expect(data.length).toBeLessThanOrEqual(300);
    expect(data[1]?.at).toBe(all[step]?.at);
    expect([data[0]?.at, data.at(-1)?.at]).toEqual([all[0]?.at, all.at(-1)?.at]);
  });
});

it('cancels the sends that wait, and shows so for each recipient', async () => {
  await shop.contacts(12);
  system.fate(() => 'kept');
  const { id } = await shop.create();
  await until(() => shop.sends().length > 0);
  await shop.act('cancel', id);
  const { counts, finishedAt } = await shop.once(id, (campaign) => campaign.counts.skipped === 12);
  expect([counts.total, counts.queued, finishedAt]).toEqual([12, 0, expect.any(String)]);
  const { data } = (await system.ask('campaign.recipients', {
    accountId: shop.accountId,
    id,
    status: 'skipped',
  }))!;
  expect(data.map(({ status, reason }) => `${status} ${reason}`)).toEqual(
    Array(12).fill('skipped cancelled'),
  );
});

describe('a send that is not made', () => {
  it('has failed if messaging refuses it, and is retried as another message', async () => {
    await shop.contacts(4);
    const refused = shop.viewOf(2).id;
    system.fate(({ contactId }) => (contactId === refused ? 'refused' : 'sent'));
    const { id } = await shop.create();
    const { counts } = await shop.once(id, isThrough);
    expect(counts).toMatchObject({ sent: 3, failed: 1 });
    const [failed] = await recipients(id, 'failed');
    expect(failed).toMatchObject({
      contactId: refused,
      attempt: 1,
      error: { code: 'template_not_approved' },
    });

    system.fate(() => 'sent');
    expect(await shop.act('retry-failed', id)).toMatchObject({ ok: true, data: { status: 'running' } });
    expect(
      (await shop.once(id, (campaign) => isThrough(campaign) && campaign.counts.failed === 0)).counts,
    ).toMatchObject({ sent: 4, failed: 0 });
    const [again] = (await recipients(id, 'sent')).filter(({ contactId }) => contactId === refused);
    expect(again).toMatchObject({ attempt: 2, error: null });
    expect(again!.messageId).not.toBe(failed!.messageId);
    expect(await shop.act('retry-failed', id)).toMatchObject({ ok: false, error: { code: 'conflict' } });
  });

  it('is queued again if messaging cannot take it now, and has not failed', async () => {
    await shop.contacts(5);
    let turns = 0;
    system.fate(() => ((turns += 1) <= 5 ? 'unavailable' : 'sent'));
    const { id } = await shop.create();
    expect((await shop.once(id, isThrough)).counts).toMatchObject({ total: 5, sent: 5, failed: 0 });
    expect([turns, people().length, new Set(people()).size]).toEqual([10, 5, 5]);
  });

  it('is queued again if it never reached messaging', async () => {
    await shop.contacts(3);
    let first = true;
    system.fate(() => {
      const fate = first ? 'lost' : 'sent';
      first = false;
      return fate;
    });
    const { id } = await shop.create();
    await shop.once(id, isThrough, 30_000);
    expect(people()).toHaveLength(3);
    expect((await recipients(id)).map(({ attempt }) => attempt).toSorted()).toEqual([1, 1, 2]);
  });

  it('is never retried if it cannot succeed, and after a day if Meta requires one', async () => {
    await shop.contacts(4);
    const codes = [131026, 131050, 131049, 131042];
    for (const [index, metaCode] of codes.entries()) {
      const { id: contactId } = shop.viewOf(index);
      byContact.set(contactId, metaCode);
    }
    system.fate(() => 'kept');
    const { id } = await shop.create();
    await until(() => shop.sends().length === 4);
    for (const send of shop.sends())
      await system.tell(send, 'failed', {
        error: { code: 'rejected_by_meta', message: 'No.', metaCode: byContact.get(send.contactId)! },
      });
    system.kept.clear();
    await shop.once(id, isThrough);
    system.fate(() => 'sent');
    await shop.act('retry-failed', id);
    const after = await shop.once(id, isThrough);
    expect(after.counts).toMatchObject({ sent: 1, failed: 3 });
    const failedAgo = (interval: string) =>
      system.pool.query(
        `update campaigns.recipients set status_at = now() - $1::interval where state = ${STATE.failed}`,
        [interval],
      );
    for (const outside of ['23 hours 59 minutes', '7 days 1 minute']) {
      await failedAgo(outside);
      expect(await shop.act('retry-failed', id, { codes: ['131049'] })).toMatchObject({ ok: false });
    }
    await failedAgo('24 hours 1 minute');
    expect(await shop.act('retry-failed', id, { codes: ['131026', '131050'] })).toMatchObject({ ok: false });
    await shop.act('retry-failed', id);
    expect((await shop.once(id, isThrough)).counts).toMatchObject({ sent: 2, failed: 2 });
    expect(await shop.act('retry-failed', id)).toMatchObject({ ok: false });
  });
  const byContact = new Map<string, number>();

  it('is shown as held while Meta holds it, and counts when it is released or dropped', async () => {
    await shop.contacts(2);
    system.fate(() => 'held');
    const { id } = await shop.create();
    const { counts, status } = await shop.once(id, (campaign) => campaign.counts.held === 2);
    expect([status, counts.queued, counts.sent]).toEqual(['running', 2, 0]);
    expect((await recipients(id, 'held')).length).toBe(2);
    const [one, other] = shop.sends();
    await system.tell(one!, 'sent');
    await system.tell(other!, 'failed', {
      error: { code: 'rejected_by_meta', message: 'Paused.', metaCode: 132015 },
    });
    expect((await shop.once(id, isThrough)).counts).toMatchObject({ sent: 1, failed: 1, held: 0 });
  });
});

describe('a status never goes back', () => {
  it('and counts for the message it is of', async () => {
    await shop.contacts(1);
    system.fate(() => 'kept');
    const { id } = await shop.create();
    await until(() => shop.sends().length === 1);
    const [send] = shop.sends();
    await system.tell(send!, 'read');
    await system.tell(send!, 'sent');
    await system.tell({ ...send!, messageId: 'msg_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E' }, 'failed');
    await system.tell({ ...send!, accountId: shop.accountId }, 'delivered');
    const { counts } = await shop.once(id, isThrough);
    expect(counts).toEqual({
      total: 1,
      queued: 0,
      sent: 1,
      delivered: 1,
      read: 1,
      failed: 0,
      skipped: 0,
      held: 0,
    });
  });

  it('and one that arrives after a failure counts', async () => {
    await shop.contacts(1);
    system.fate(() => 'failed');
    const { id } = await shop.create();
    expect((await shop.once(id, isThrough)).counts).toMatchObject({ failed: 1, sent: 0 });
    await system.tell(shop.sends()[0]!, 'delivered');
    await shop.once(id, ({ counts }) => counts.failed === 0 && counts.delivered === 1 && counts.sent === 1);
  });
});

describe('a contact that opted out after the start', () => {
  it('is sent nothing', async () => {
    await shop.contacts(40);
    system.fate(() => 'kept');
    const { id } = await shop.create({ ratePerSecond: 1 });
    await until(() => shop.sends().length > 0);
    const written = new Set(people());
    const late = Array.from({ length: 40 }, (_, index) => shop.viewOf(index)).filter(
      ({ phone }) => !written.has(phone!),
    );
    await Promise.all(late.map(({ phone }) => shop.contact(Number(phone!.slice(-4)), { optedIn: false })));
    system.fate(() => 'sent');
    await system.release();
    const { counts } = await shop.once(id, isThrough);
    expect(counts.skipped).toBeGreaterThan(30);
    expect(counts.sent + counts.skipped).toBe(40);
    expect(people().length).toBe(counts.sent);
  });
});

describe('of contacts that are merged while the campaign runs', () => {
  it.each([
    ['one that was sent to into one that waits', [0], [[0, 1]], 0],
    ['one that waits into another', [], [[0, 1]], 1],
    ['one that waits into one that was sent to', [1], [[0, 1]], 1],
    [
      'two that wait into one outside',
      [],
      [
        [0, 9],
        [1, 9],
      ],
      undefined,
    ],
    [
      'two, one of which was sent to, into one outside',
      [0],
      [
        [0, 9],
        [1, 9],
      ],
      0,
    ],
    [
      'two that wait, one after the other',
      [],
      [
        [0, 1],
        [1, 9],
      ],
      undefined,
    ],
  ] as const)('one is sent to: %s', async (_what, before, merges, reached) => {
    await shop.contact(9, { tags: [] });
    await shop.contacts(2);
    const ids = [0, 1].map((index) => shop.viewOf(index).id);
    const first: readonly (string | undefined)[] = before.map((index) => ids[index]);
    system.fate(({ contactId }) => (first.includes(contactId) ? 'sent' : 'kept'));
    const { id } = await shop.create();
    await until(() => shop.sends().length === 2);
    await shop.act('pause', id);
    await shop.once(id, ({ counts }) => counts.queued === 2 - first.length && counts.sent === first.length);
    for (const [one, into] of merges) await shop.merge(shop.viewOf(one).id, shop.viewOf(into).id);
    system.fate(() => 'sent');
    await shop.act('resume', id);
    expect((await shop.once(id, isThrough)).counts).toMatchObject({ sent: 1, skipped: 1 });
    expect((await recipients(id, 'skipped')).map(({ reason }) => reason)).toEqual(['merged']);
    expect(people()).toEqual([reached === undefined ? expect.any(String) : shop.viewOf(reached).phone]);
  });
});

it('follows merges to the surviving contact, through several merges too', async () => {
  await shop.contacts(2);
  for (const [index, optedIn] of [
    [1001, true],
    [1002, false],
  ] as const)
    await shop.contact(index, { optedIn, tags: [] });
  system.fate(() => 'kept');
  const { id } = await shop.create();
  await until(() => shop.sends().length === 2);
  await shop.act('pause', id);
  await shop.once(id, ({ counts }) => counts.queued === 2 && shop.sends().length === 0);
  const [one, middle, out] = [0, 1001, 1002].map((index) => shop.viewOf(index).id) as [
    string,
    string,
    string,
  ];
  await shop.merge(one, middle);
  await shop.merge(middle, out);
  system.fate(() => 'sent');
  await shop.act('resume', id);
  expect((await shop.once(id, isThrough)).counts).toMatchObject({ sent: 1, skipped: 1 });
  expect(people()).toEqual([shop.viewOf(1).phone]);
});

describe('a campaign that cannot go on', () => {
  it.each<[CampaignReason, Partial<AccountData>]>([
    ['not_entitled', { entitled: false }],
    ['account_suspended', { status: 'suspended' }],
    ['phone_number_not_found', { phoneNumbers: [] }],
  ])('in the middle waits, and goes on by itself: %s', async (reason, change) => {
    await shop.contacts(30);
    const { id } = await shop.create({ ratePerSecond: 10 });
    await until(() => shop.sends().length > 3);
    await shop.change(change);
    const { counts } = await shop.once(id, waits(reason));
    expect(counts.queued).toBeGreaterThan(0);
    await shop.change();
    expect((await shop.once(id, isThrough)).counts).toMatchObject({ total: 30, sent: 30 });
    expect(new Set(people()).size).toBe(people().length);
  });

  const waits = (reason: string) => (campaign: CampaignView) =>
    campaign.status === 'paused' && campaign.reason === reason;

  it('waits for the account to be entitled', async () => {
    await shop.contacts(3);
    await shop.change({ entitled: false });
    const { id } = await shop.create();
    await shop.once(id, waits('not_entitled'));
    expect(people()).toEqual([]);
    await shop.change();
    await shop.once(id, isThrough);
  });

  it("stops at Meta's messaging limit, and says until when", async () => {
    await shop.contacts(60);
    await shop.change({}, { messagingLimit: 'TIER_50' });
    const freesAt = new Date(Date.now() + 3_600_000).toISOString();
    system.reach(45, freesAt);
    const { id } = await shop.create();
    const { resumesAt } = await shop.once(id, waits('messaging_limit'));
    expect(resumesAt).toBe(freesAt);
    expect(people().length).toBe(5);
    await shop.change({}, { messagingLimit: 'TIER_UNLIMITED' });
    await shop.act('resume', id);
    expect((await shop.once(id, isThrough)).counts).toMatchObject({ sent: 60 });
  });

  it('pauses if its first sends all fail with the same error', async () => {
    await shop.contacts(100);
    system.fate(() => 'failed');
    system.failWith({ code: 'upstream_error', message: 'Payment issue.', metaCode: 131042 });
    const { id } = await shop.create({ ratePerSecond: 30 });
    const { detail, counts } = await shop.once(id, waits('first_sends_failed'));
    expect(detail).toMatch(/131042, Payment issue/);
    expect(counts.queued).toBeGreaterThan(0);
    system.fate(() => 'sent');
    await shop.act('resume', id);
    await shop.once(id, isThrough);
  });

  it.each(['paused', 'disabled', 'pending', 'removed'] as const)(
    'fails where the template is %s, and skips who waits',
    async (how) => {
      await shop.contacts(30);
      const { id } = await shop.create({ ratePerSecond: 5 });
      await until(() => shop.sends().length > 0);
      await (how === 'removed' ? shop.removeTemplate() : shop.template(how));
      const { reason, counts } = await shop.once(id, ({ status }) => status === 'failed');
      expect(reason).toBe(how === 'removed' ? 'template_not_found' : 'template_not_approved');
      expect(counts.queued + counts.sent + counts.skipped).toBe(30);
      await shop.once(id, (campaign) => campaign.counts.queued === 0);
      expect(new Set((await recipients(id, 'skipped')).map((one) => one.reason))).toEqual(
        new Set(['campaign_failed']),
      );
    },
  );
});

it.each([5, 10, 20])('keeps its rate: %i a second', async (rate) => {
  await shop.contacts(rate * 4);
  const times: number[] = [];
  system.fate(() => {
    times.push(Date.now());
    return 'sent';
  });
  const { id } = await shop.create({ ratePerSecond: rate });
  await shop.once(id, isThrough);
  const mostOf = (all: readonly number[], withinMs = 1_000) =>
    Math.max(...all.map((from) => all.filter((at) => at >= from && at < from + withinMs).length));
  const claims = shop.sends().map(({ at }) => Date.parse(at));
  expect(mostOf(claims)).toBeLessThanOrEqual(rate);
  // Per 900 ms and not per second, since delays on the way to messaging vary.
  expect(mostOf(times, 900)).toBeLessThanOrEqual(rate);
  // A campaign's first claim has no lost time to make up for.
  expect(claims[1]! - claims[0]!).toBeGreaterThan(1_000 / rate);
  expect(times.at(-1)! - times[0]!).toBeLessThan(4 * 1_500);
});

it('shares its phone number evenly with another', async () => {
  await shop.change({}, { throughput: 20 });
  await shop.contacts(150);
  // Messaging keeps every send until both audiences are frozen, so that neither campaign ends before.
  system.fate(() => 'kept');
  const [first, second] = [await shop.create(), await shop.create()];
  const both = (is: (campaign: CampaignView) => boolean) =>
    Promise.all([first, second].map(({ id }) => shop.once(id, is)));
  await both(({ counts }) => counts.total === 150);
  system.fate(() => 'sent');
  await system.release();
  await both(isThrough);
  const order = shop.sends().map(({ campaign }) => (campaign!.campaignId === first.id ? 1 : 2));
  // Looks only at the time while both campaigns have recipients.
  const from = Math.max(order.indexOf(1), order.indexOf(2));
  const shared = order.slice(from, Math.min(order.lastIndexOf(1), order.lastIndexOf(2)) + 1);
  const ofFirst = shared.filter((which) => which === 1).length / shared.length;
  expect([order.length, shared.length > 100, ofFirst > 0.3, ofFirst < 0.7]).toEqual([300, true, true, true]);
});

it('is listed by its status, the newest first', async () => {
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const ids: string[] = [];
  for (let n = 0; n < 3; n += 1) ids.unshift((await shop.create({ startsAt: later })).id);
  await shop.act('cancel', ids[1]!);
  const list = async (ask: object) =>
    (await system.ask('campaign.list', { accountId: shop.accountId, ...ask })).data.map(({ id }) => id);
  expect(await list({})).toEqual(ids);
  expect(await list({ status: 'scheduled' })).toEqual([ids[0], ids[2]]);
  const page = await system.ask('campaign.list', { accountId: shop.accountId, limit: 2 });
  expect(await list({ cursor: page.nextCursor! })).toEqual([ids[2]]);
  const first = await system.ask('campaign.list', {
    accountId: shop.accountId,
    status: 'scheduled',
    limit: 1,
  });
  expect(first.data.map(({ id }) => id)).toEqual([ids[0]]);
  expect(await list({ status: 'scheduled', limit: 1, cursor: first.nextCursor! })).toEqual([ids[2]]);
  expect(await list({ status: 'cancelled' })).toEqual([ids[1]]);
  const other = system.account();
  expect((await system.ask('campaign.list', { accountId: other.accountId })).data).toEqual([]);
  expect(await other.get(ids[0]!)).toBeNull();
  expect(await other.act('cancel', ids[0]!)).toMatchObject({ ok: false, error: { code: 'not_found' } });
});

async function statuses(id: string): Promise<CampaignStatusData[]> {
  const { rows } = await system.pool.query<{ data: CampaignStatusData }>(
    `select data from campaigns.events where stream = $1 and type = 'campaign.status' order by version`,
    [id],
  );
  return rows.map(({ data }) => data);
}

async function recipients(id: string, status?: RecipientStatus) {
  const all: RecipientView[] = [];
  for (let cursor: string | undefined; ;) {
    const ask = {
      accountId: shop.accountId,
      id,
      limit: 7,
      ...(status && { status }),
      ...(cursor && { cursor }),
    };
    const page = (await system.ask('campaign.recipients', ask))!;
    all.push(...page.data);
    if (page.nextCursor === null) return all;
    cursor = page.nextCursor;
  }
}
