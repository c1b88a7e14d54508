import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { adds, campaignThroughKills, people, recipientsOf, WITH, type Campaign } from './campaign-kills.js';
import { ok, type Client } from './api-client.js';
import { startSystem, type System } from './system.js';

let system: System;
let api: Client & { accountId: string };

beforeAll(async () => {
  system = await startSystem({ env: { OUTCOME_GRACE_MS: '5000', CLOUD_API_TIMEOUT_MS: '2000' } });
  api = await system.connect();
  await system.admin('PATCH', `/accounts/${api.accountId}`, { throughput: 1_000 });
}, 120_000);
afterAll(() => system?.stop());
beforeEach(async () => {
  await system.control('POST', '/reset');
  await system.control('POST', '/behaviour', { throughputPerSecond: 1_000, latencyMs: [5, 20] });
});

type Sent = { readonly to: string; readonly receivedAt: string };
const sent = async () => (await system.control<{ data: Sent[] }>('GET', '/messages?limit=10000')).data;
const create = async (body: object) => ok(await api.post<Campaign>('/v1/campaigns', body));
const once = (id: string, is: (campaign: Campaign) => boolean, timeoutMs = 30_000) =>
  until(
    async () => {
      const campaign = ok(await api.get<Campaign>(`/v1/campaigns/${id}`));
      adds(campaign);
      if (!is(campaign)) throw new Error(JSON.stringify(campaign));
      return campaign;
    },
    { timeoutMs, everyMs: 50 },
  );

it("the reference's example reaches every customer who agreed, once", async () => {
  const contacts = [
    { phone: '+918899332211', name: 'Gaurav', tags: ['customer'], optedIn: true },
    { phone: '+14155550001', tags: ['Customer', 'vip'], optedIn: true },
    { phone: '+14155550002', tags: ['customer'], optedIn: false },
    { phone: '+14155550003', tags: ['lead'], optedIn: true },
  ];
  ok(await api.post('/v1/contacts/bulk', { contacts }));
  const audience = { kind: 'tags', tags: ['customer'] };
  const preview = ok(
    await api.post<{ total: number; optedIn: number; sample: unknown[] }>('/v1/campaigns/audience-preview', {
      audience,
    }),
  );
  expect([preview.total, preview.optedIn, preview.sample.length]).toEqual([3, 2, 3]);
  const { id } = await create({
    name: 'Diwali offer',
    template: { name: 'diwali_offer', language: 'en_US' },
    audience,
    schedule: { mode: 'now' },
  });
  const { counts } = await once(id, (campaign) => campaign.counts.read === 2);
  expect(counts).toEqual({
    total: 3,
    queued: 0,
    sent: 2,
    delivered: 2,
    read: 2,
    failed: 0,
    skipped: 1,
    held: 0,
  });
  expect((await sent()).map(({ to }) => to).toSorted()).toEqual(['+14155550001', '+918899332211']);
  const listed = ok(await api.get<{ data: Campaign[] }>('/v1/campaigns?status=&limit=50'));
  expect(listed.data.map((campaign) => campaign.id)).toContain(id);
  await once(id, ({ status }) => status === 'completed');
  const told = (await api.allEvents()).filter(({ type }) => type === 'campaign.status');
  expect(told.at(-1)!.data).toMatchObject({ campaignId: id, status: 'completed' });
});

it('a contact tagged a moment before counts, and one that opted out a moment before does not', async () => {
  for (let turn = 0; turn < 10; turn += 1) {
    const [tag, phone] = [`fresh${turn}`, `+1415556${1_000 + turn}`];
    const person = ok(await api.post<{ id: string }>('/v1/contacts', { phone, tags: [tag], optedIn: true }));
    const audience = { kind: 'tags', tags: [tag] };
    const preview = async () =>
      ok(await api.post<{ total: number; optedIn: number }>('/v1/campaigns/audience-preview', { audience }));
    expect(await preview()).toMatchObject({ total: 1, optedIn: 1 });
    ok(await api.request('PATCH', `/v1/contacts/${person.id}`, { optedIn: false }));
    expect(await preview()).toMatchObject({ total: 1, optedIn: 0 });
    const { id } = await create({ name: tag, ...WITH, audience });
    expect((await once(id, ({ status }) => status === 'completed')).counts.skipped).toBe(1);
  }
  expect(await sent()).toEqual([]);
});

describe('with many people', () => {
  it('a pause and a cancel have effect within a second', async () => {
    await people(api, 'many', 2_000);
    const { id } = await create({ name: 'many', ...WITH, audience: { kind: 'tags', tags: ['many'] } });
    await until(async () => (await sent()).length > 100);
    ok(await api.post(`/v1/campaigns/${id}/pause`, {}));
    const paused = Date.now();
    const atRest = await once(
      id,
      ({ status, counts }) => status === 'paused' && counts.queued + counts.sent === 2_000,
    );
    await until(
      async () => (await sent()).length === ok(await api.get<Campaign>(`/v1/campaigns/${id}`)).counts.sent,
    );
    expect((await sent()).filter(({ receivedAt }) => Date.parse(receivedAt) > paused + 1_000)).toEqual([]);
    expect(atRest.counts.queued).toBeGreaterThan(0);

    ok(await api.post(`/v1/campaigns/${id}/resume`, {}));
    await until(async () => (await sent()).length > atRest.counts.sent + 100);
    ok(await api.post(`/v1/campaigns/${id}/cancel`, {}));
    const cancelled = Date.now();
    const { counts } = await once(id, (campaign) => campaign.counts.queued === 0);
    expect(counts.skipped).toBeGreaterThan(0);
    const all = await sent();
    expect(all.filter(({ receivedAt }) => Date.parse(receivedAt) > cancelled + 1_000)).toEqual([]);
    expect(all.length).toBe(counts.sent);
    expect(new Set(all.map(({ to }) => to)).size).toBe(all.length);
  });

  it('nobody is written to twice, and nobody is lost, while processes are killed', async () => {
    await system.admin('PATCH', `/accounts/${api.accountId}`, { unknownOutcomePolicy: 'fail' });
    const { campaign, kills } = await campaignThroughKills(system, api, {
      tag: 'kills',
      count: 1_000,
      timeoutMs: 120_000,
    });
    expect(kills).toBeGreaterThan(1);
    expect(campaign.counts).toMatchObject({ total: 1_000, skipped: 0, queued: 0 });
    const reached = (await sent()).map(({ to }) => to);
    expect(new Set(reached).size).toBe(reached.length);
    const failed = await recipientsOf(api, campaign.id, 'failed');
    expect(failed.filter(({ error }) => error?.code !== 'outcome_unknown')).toEqual([]);
    const lost = failed.filter(({ to }) => !reached.includes(to)).length;
    expect(reached.length + lost).toBe(1_000);
  });
});
