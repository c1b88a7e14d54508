import { expect } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { setTimeout as delay } from 'node:timers/promises';
import { ok, type Client } from './api-client.js';
import { type System } from './system.js';

export type Campaign = {
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly counts: Record<'total' | 'queued' | 'sent' | 'delivered' | 'read' | 'failed' | 'skipped', number>;
};
type Recipient = { readonly to: string; readonly status: string; readonly error: { code: string } | null };

export const WITH = { template: { name: 'diwali_offer', language: 'en_US' } };
const BULK = 500;

/** Imports `count` contacts, all with the tag. */
export async function people(api: Client, tag: string, count: number, first = 14_152_000_000): Promise<void> {
  for (let from = 0; from < count; from += BULK) {
    const contacts = Array.from({ length: Math.min(BULK, count - from) }, (_, index) => ({
      phone: `+${first + from + index}`,
    }));
    ok(await api.post('/v1/contacts/bulk', { contacts, defaultTags: [tag], defaultOptedIn: true }));
  }
}

export const adds = ({ counts }: Campaign) =>
  expect(counts.total).toBe(counts.queued + counts.sent + counts.failed + counts.skipped);

export async function recipientsOf(api: Client, id: string, status = ''): Promise<Recipient[]> {
  const all: Recipient[] = [];
  for (let cursor = ''; ;) {
    const page = ok(
      await api.get<{ data: Recipient[]; nextCursor: string | null }>(
        `/v1/campaigns/${id}/recipients?limit=200&status=${status}&cursor=${cursor}`,
      ),
    );
    all.push(...page.data);
    if (page.nextCursor === null) return all;
    cursor = page.nextCursor;
  }
}

/**
 * Runs a campaign to `count` people while the services campaigns and messaging are killed in turn, at most every `everyMs`
 * and not before both have been up for half of that. Checks the campaign's counters at each poll. Resolves to the
 * completed campaign and the number of kills.
 */
export async function campaignThroughKills(
  system: System,
  api: Client,
  {
    tag,
    count,
    everyMs = 2_000,
    timeoutMs,
  }: { tag: string; count: number; everyMs?: number; timeoutMs: number },
) {
  await people(api, tag, count);
  const { id } = ok(
    await api.post<Campaign>('/v1/campaigns', {
      name: tag,
      ...WITH,
      audience: { kind: 'tags', tags: [tag] },
    }),
  );
  let kills = 0;
  let open = true;
  const ready = { campaigns: Promise.resolve(), messaging: Promise.resolve() };
  const killing = (async () => {
    for (let turn = 0; open; turn += 1) {
      const victim = turn % 2 ? 'messaging' : 'campaigns';
      // Waits until both services are up: without this, on a slow machine, one of the two would always be down.
      await Promise.all([
        delay(everyMs),
        ...Object.values(ready).map((up) => up.then(() => delay(everyMs / 2))),
      ]);
      await system.kill(victim);
      kills += 1;
      ready[victim] = system.start(victim);
    }
    await Promise.all(Object.values(ready));
  })();
  const read = async () => {
    const answer = await api.get<Campaign>(`/v1/campaigns/${id}`).catch(() => undefined);
    if (answer?.status !== 200) return undefined; // a service is down
    adds(answer.body);
    return answer.body;
  };
  const nearlyAll = async () => {
    const campaign = await read();
    return campaign && campaign.counts.total === count && campaign.counts.queued < count * 0.1;
  };
  await until(nearlyAll, { timeoutMs, everyMs: 100, describe: 'nine of ten sent through kills' });
  open = false;
  await killing;
  const done = await until(
    async () => {
      const campaign = await read();
      if (campaign?.status !== 'completed') throw new Error(JSON.stringify(campaign));
      return campaign;
    },
    { timeoutMs, everyMs: 200, describe: 'the end of the campaign' },
  );
  return { campaign: done, kills };
}
