import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { campaignThroughKills, recipientsOf } from './campaign-kills.js';
import { type Client } from './api-client.js';
import { startSystem, type System } from './system.js';

jest.setTimeout(1_200_000);
const COUNT = 10_000;
let system: System;
let api: Client & { accountId: string };

beforeAll(async () => {
  system = await startSystem({ env: { OUTCOME_GRACE_MS: '5000', CLOUD_API_TIMEOUT_MS: '2000' } });
  api = await system.connect();
  await system.admin('PATCH', `/accounts/${api.accountId}`, { throughput: 1_000 });
}, 180_000);
afterAll(() => system?.stop());

/** The recipient of each message that the simulator accepted. */
async function reached(): Promise<string[]> {
  const all: string[] = [];
  for (let since = ''; ;) {
    const page = await system.control<{ data: { to: string }[]; nextCursor: string | null }>(
      'GET',
      `/messages?limit=10000${since && `&since=${since}`}`,
    );
    all.push(...page.data.map(({ to }) => to));
    if (page.data.length === 0 || page.nextCursor === null) return all;
    since = page.nextCursor;
  }
}

it.each(['fail', 'resend'] as const)(
  '10,000 recipients while campaigns and messaging are killed every 2 s, policy %s',
  async (unknownOutcomePolicy) => {
    await system.control('POST', '/reset');
    await system.control('POST', '/behaviour', { throughputPerSecond: 1_000, latencyMs: [5, 20] });
    await system.admin('PATCH', `/accounts/${api.accountId}`, { unknownOutcomePolicy });
    const { campaign, kills } = await campaignThroughKills(system, api, {
      tag: unknownOutcomePolicy,
      count: COUNT,
      timeoutMs: 900_000,
    });
    const people = await reached();
    const failed = await recipientsOf(api, campaign.id, 'failed');
    console.log({ unknownOutcomePolicy, kills, counts: campaign.counts, reached: people.length });
    expect(new Set(people).size).toBe(people.length);
    expect(campaign.counts).toMatchObject({ total: COUNT, queued: 0, skipped: 0 });
    expect(campaign.counts.sent + campaign.counts.failed).toBe(COUNT);
    expect(failed.filter(({ error }) => error?.code !== 'outcome_unknown')).toEqual([]);
    if (unknownOutcomePolicy === 'resend') expect([people.length, failed.length]).toEqual([COUNT, 0]);
  },
);
