import { setTimeout as delay } from 'node:timers/promises';
import type { MeView } from '@wbiz/contracts/account';
import { apiOf } from './ask.ts';
import { cpuTimes, spent } from './cpu.ts';
import { openDeliveries } from './deliveries.ts';
import type { Installation } from './installation.ts';
import type { Found } from './jobs.ts';
import { procIsTold } from './processes.ts';
import type { Deliveries } from './webhook-receiver.ts';
// @boundaries-ignore the bench tells its steps as npm start does
import { step } from '../../scripts/say.mjs';

const IN_FLIGHT = 32;
const DELIVERIES = 20_000;
const ACCOUNTS = 50;
const EVENTS_PER_SECOND = 500;
const TICK_MS = 20;

/** Figures of deliveries, with CPU ms per delivery (undefined unless on Linux). */
export type BurstFigures = Deliveries & {
  readonly webhooksCpuMs: number | undefined;
  readonly postgresCpuMs: number | undefined;
};
export type WebhookFigures = {
  readonly inFlight: number;
  readonly bare: Found['bare-post'];
  readonly one: BurstFigures;
  readonly fifty: BurstFigures;
  readonly alone: Deliveries;
  readonly beside: Deliveries;
};
type Feeds = ReturnType<typeof openDeliveries>;

/**
 * Measures webhook deliveries from the row in the feed to the endpoint: to one endpoint; to 50 endpoints of 50 accounts; and
 * their delay after the event, also while two other endpoints of the account hang and fail. Compares with bare signed posts.
 */
export const benchWebhooks = (ours: Installation, apiKey: string, seconds: number): Promise<WebhookFigures> =>
  ours.during('webhook-receiver', {}, async (receiver) => {
    const feeds = openDeliveries(ours.secretOf('webhooks', 'DATABASE_URL'), receiver);
    const api = apiOf(ours.baseUrl, apiKey);
    const { account } = await api<MeView>('GET', '/v1/me');

    const bare = await step('Webhooks: bare signed posts', async () => {
      const body = JSON.stringify({ id: 'evt_1', data: { contactId: 'cnt_1', name: 'x'.repeat(300) } });
      const job = { url: `${receiver}/ok/bare`, body, inFlight: IN_FLIGHT, count: DELIVERIES };
      const found = await ours.script('bare-post', job);
      await feeds.told();
      return found;
    });
    const one = await step('Webhooks: one endpoint', async () => {
      await feeds.create({ api, path: '/ok/one' });
      return burst(ours, feeds, [account.id]);
    });
    const { alone, beside } = await step('Webhooks: beside a hanging and a failing endpoint', async () => {
      await feeds.create({ api, path: '/ok/alone' });
      await steady(feeds, account.id, seconds); // warm-up: V8 compiles the code
      const undisturbed = await steady(feeds, account.id, seconds);
      await feeds.create({ api, path: '/hang' }, { api, path: '/fail' });
      const disturbed = await steady(feeds, account.id, seconds);
      await feeds.quiet();
      return { alone: undisturbed, beside: disturbed };
    });
    const fifty = await step(`Webhooks: ${ACCOUNTS} endpoints`, async () => {
      const endpoints = [];
      const accountIds = [];
      for (let index = 0; index < ACCOUNTS; index += 1) {
        const other = await ours.anotherAccount(`bench-${index}`);
        endpoints.push({ api: apiOf(ours.baseUrl, other.apiKey), path: `/ok/${index}` });
        accountIds.push(other.accountId);
      }
      await feeds.create(...endpoints);
      return burst(ours, feeds, accountIds);
    });
    await feeds.close();
    return { inFlight: IN_FLIGHT, bare, one, fifty, alone, beside };
  });

/** Adds all events to the accounts' feeds at once; switches the endpoints off once all deliveries have arrived. */
async function burst(ours: Installation, feeds: Feeds, accountIds: readonly string[]): Promise<BurstFigures> {
  const each = DELIVERIES / accountIds.length;
  await feeds.tell(accountIds, Math.ceil(each / 4)); // warm-up: V8 compiles the code
  await feeds.arrived(accountIds.length * Math.ceil(each / 4));
  const before = procIsTold ? cpuTimes(ours.pids()) : undefined;
  const began = Date.now();
  await feeds.tell(accountIds, each);
  const found = await feeds.arrived(accountIds.length * each);
  const used = before && spent(before, cpuTimes(ours.pids())).cpu;
  const cpuMs = (name: string) => used && (used[name]! * 1_000) / found.count;
  await feeds.quiet();
  return {
    ...found,
    perSecond: (found.count / (found.lastAt - began)) * 1_000,
    webhooksCpuMs: cpuMs(ours.holderOf('webhooks')),
    postgresCpuMs: cpuMs('postgres'),
  };
}

/** Measures how long after their events deliveries arrive, at EVENTS_PER_SECOND. */
async function steady(
  { told, tell, arrived }: Feeds,
  accountId: string,
  seconds: number,
): Promise<Deliveries> {
  await told();
  let sent = 0;
  const began = performance.now();
  while (performance.now() - began < seconds * 1_000) {
    const due = Math.floor(((performance.now() - began) / 1_000) * EVENTS_PER_SECOND) - sent;
    if (due > 0) await tell([accountId], due);
    sent += Math.max(0, due);
    await delay(TICK_MS);
  }
  return arrived(sent);
}
