import { expect } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { setTimeout as delay } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import type { Receiver } from './webhook-receiver.js';
import { ok, type Client, type FeedEvent } from './api-client.js';
import { type System } from './system.js';

const KILL_EVERY_MS = 3_000;
const BATCH = 500;
type Hook = { readonly id: string; readonly secret: string };

/**
 * Sends messages, each to another person, while the replicas of the service webhooks are killed in turn every 3 s, at least
 * `kills` times. Checks that the endpoint received every event, with a valid signature, with ids and bytes as in the feed,
 * and in order within each conversation. Resolves to counts and times.
 */
export async function deliverThroughKills(
  system: System,
  api: Client,
  hooks: Receiver,
  { messages, kills: least }: { messages: number; kills: number },
) {
  const hook = ok(
    await api.post<Hook>('/v1/webhooks', { url: `${hooks.url}/hooks`, events: ['message.status'] }),
  );
  const replicas = ['webhooks', 'webhooks-2'];
  let kills = 0;
  let sending = true;
  const killing = (async () => {
    while (sending || kills < least) {
      await delay(KILL_EVERY_MS);
      const victim = replicas[kills % 2]!;
      kills += 1;
      await system.kill(victim);
      system.start(victim).catch(() => undefined); // the replica was killed again before it was ready
    }
  })();
  try {
    for (let from = 0; from < messages; from += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, messages - from) }, (_, index) => ({
        kind: 'template',
        to: `+1415${String(2_000_000 + from + index)}`,
        template: 'hello_world',
        language: 'en_US',
      }));
      ok(await api.post('/v1/messages/batch', { messages: batch }));
    }
  } finally {
    sending = false;
    await killing;
  }
  const whileKilled = new Set(hooks.received.map(({ headers }) => headers['webhook-id'])).size;

  const told = new Map<string, FeedEvent>();
  let since: string | undefined;
  const allRead = async () => {
    const page = await api.request<{ data: FeedEvent[]; nextCursor: string }>(
      'GET',
      `/v1/events?types=message.status&limit=200${since ? `&since=${since}` : ''}`,
    );
    if (page.status !== 200) return false; // a service is not up again
    for (const event of page.body.data) told.set(event.id, event);
    since = page.body.nextCursor;
    const read = [...told.values()].filter(({ data }) => data.status === 'read').length;
    return read >= messages && page.body.data.length === 0;
  };
  await until(allRead, { timeoutMs: 180_000, everyMs: 5, describe: 'all messages read, in the feed' });
  const idsThere = () => new Set(hooks.received.map(({ headers }) => String(headers['webhook-id'])));
  await until(() => idsThere().size >= told.size, {
    timeoutMs: 60_000,
    everyMs: 200,
    describe: `${told.size} events at the receiver`,
  });

  const verifier = new Webhook(hook.secret);
  const bodies = new Map<string, string>();
  const order = new Map<string, number[]>();
  for (const { headers, body } of hooks.received) {
    const event = verifier.verify(body, headers as Record<string, string>) as FeedEvent;
    expect(event.id).toBe(headers['webhook-id']);
    expect(bodies.get(event.id) ?? body).toBe(body);
    if (bodies.has(event.id)) continue;
    bodies.set(event.id, body);
    const conversation = String(event.data.conversationId);
    order.set(conversation, [...(order.get(conversation) ?? []), event.sequence]);
  }
  expect([...told.keys()].filter((id) => !bodies.has(id))).toEqual([]);
  for (const [id, event] of told) expect(JSON.parse(bodies.get(id)!)).toMatchObject(event);
  for (const sequences of order.values()) expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
  return { kills, whileKilled, events: told.size, deliveries: hooks.received.length };
}
