import { createCloudApi, type CloudApi } from '@wbiz/cloud-api/cloud-api';
import { newId } from '@wbiz/contracts/ids';
import type { OfCampaign } from '@wbiz/contracts/send';
import { quiet } from '@wbiz/service-testing/quiet';
import { startSimulator } from '@wbiz/simulator/simulator';
import { messages } from '../message/message.aggregate.js';
import type { MessageState, Outgoing } from '../message/message.state.js';
import { openWindow, template } from '../message/message.samples.js';
import { messagingStore } from '../messaging.harness.js';
import { DispatchLeases } from './dispatch-leases.js';
import { Dispatcher, type DispatcherOptions } from './dispatcher.js';
import { ExpiredSends } from './expired-sends.js';
import { Slots } from './start-on-acceptance.js';

export const PHONE = '1060000000000001';
const TOKEN = 'simulator-token';
const HELLO_WORLD = template({ name: 'hello_world', category: 'MARKETING', components: [] });

export type Send = (message: Outgoing, body: Record<string, unknown>) => ReturnType<CloudApi['sendMessage']>;
type Replica = Partial<Pick<DispatcherOptions, 'send' | 'pool' | 'complete'>> & { readonly ttlMs?: number };

/** Messaging's dispatch with its own database. The simulator plays Meta: it accepts sends and reports no statuses. */
export async function dispatchSystem() {
  const slots = new Slots();
  const [database, simulator] = await Promise.all([
    // Makes a deadlock fail the test: by default Postgres would resolve the deadlock after a second.
    messagingStore({ options: '-c deadlock_timeout=60s -c lock_timeout=5s' }, slots),
    startSimulator({ behaviour: { statuses: 'none' } }),
  ]);
  const { pool, store } = database;
  await pool.query(`insert into messaging.accounts values ('acc_1', '1000000000000001', '{}')`);
  await pool.query(`insert into messaging.phone_numbers values ($1, 'acc_1', 1000)`, [PHONE]);
  const api = createCloudApi({ baseUrl: simulator.url, timeoutMs: 2000 });
  const running: { stop(): Promise<void> }[] = [];
  const toMeta: Send = (_, body) => api.sendMessage(TOKEN, PHONE, body);

  const control = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${simulator.url}/_control${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
    });
    return (await answer.json()) as {
      data: { bizOpaqueCallbackData: string; to: string; receivedAt: string; code: number | null }[];
      total: number;
    };
  };

  const accept = async (
    person: string,
    {
      request = { template: 'hello_world', language: 'en_US' },
      kind = 'template',
      facts = { template: HELLO_WORLD },
      campaign,
    }: { request?: object; kind?: string; facts?: object; campaign?: OfCampaign } = {},
  ) => {
    const messageId = newId('msg');
    await store.apply(messages, {
      accountId: 'acc_1',
      type: 'message.send',
      data: {
        messageId,
        conversationId: `cnv_${person}`,
        contactId: `cnt_${person}`,
        phoneNumberId: PHONE,
        at: new Date().toISOString(),
        request: { to: `+1415555${person}`, ...request },
        accountId: 'acc_1',
        awaiting: null,
        traceparent: null,
        kind,
        facts: { ...openWindow, ...facts },
        ...(campaign && { campaign }),
      } as never,
    });
    return messageId;
  };

  return {
    pool,
    store,
    control,
    toMeta,
    running,
    accept,
    /** Accepts a campaign's send, which expires after `withinMs`. */
    acceptOfCampaign: (person: string, withinMs = 60_000) =>
      accept(person, {
        campaign: { campaignId: 'cmp_1', expiresAt: new Date(Date.now() + withinMs).toISOString() },
      }),
    dispatcher(replica: string, { ttlMs = 3000, ...over }: Replica = {}) {
      const made = new Dispatcher({
        pool,
        store,
        leases: new DispatchLeases(pool, replica, ttlMs),
        send: toMeta,
        complete: (message) => Promise.resolve({ message }),
        announce: () => undefined,
        logger: quiet,
        ...over,
      });
      slots.offeredBy(made);
      made.start();
      running.push(made);
      return made;
    },
    expiredSends() {
      const { work } = new ExpiredSends({ pool, store, logger: quiet });
      work.start();
      running.push(work);
      return work;
    },
    stateOf: async (id: string) =>
      (
        await pool.query<{ state: MessageState }>('select state from messaging.messages where stream = $1', [
          id,
        ])
      ).rows[0]!.state,
    left: async (where = 'true') =>
      Number(
        (await pool.query<{ n: string }>(`select count(*) n from messaging.dispatch where ${where}`)).rows[0]!
          .n,
      ),
    arrived: async () =>
      (await control('GET', '/messages?limit=1000')).data.map((message) => message.bizOpaqueCallbackData),
    refusals: async (code: number) =>
      (await control('GET', '/requests?limit=10000')).data.filter((request) => request.code === code).length,
    /** Resets to the state before the first send; no dispatcher may be running. */
    async reset() {
      await pool.query(
        'truncate messaging.pair_debts, messaging.dispatch, messaging.dispatch_leases, messaging.dispatchers',
      );
      await control('POST', '/reset');
      await control('POST', '/behaviour', { statuses: 'none', throughputPerSecond: 1000 });
    },
    stopAll: () => Promise.all(running.splice(0).map((one) => one.stop())),
    async close() {
      await api.close();
      await simulator.close();
      await database.close();
    },
  };
}
export type DispatchSystem = Awaited<ReturnType<typeof dispatchSystem>>;
