import { metaJson } from '../graph/meta-json.js';
import type { WebhookTarget } from '../graph/nodes.js';
import type { State } from '../graph/state.js';
import { pause } from './pause.js';
import { openWebhookClient } from './webhook.client.js';
import { envelope, type WebhookItem } from './webhook.envelope.js';
import { openWebhookVerification } from './webhook.verification.js';

/** The most posts that may be in flight. */
const AT_ONCE = 32;
const MAX_WAITING = 1_000_000;
// The first retry follows at once, each later one after a longer pause, for a day; Meta retries for days (webhooks overview).
const RETRY_MS = [0, 500, 1_000, 2_000, 5_000];
const RETRY_LAST_MS = 10_000;
const GIVE_UP_AFTER_MS = 24 * 3_600_000;

export type WebhookSender = ReturnType<typeof openWebhookSender>;

/** Posts webhooks to the app's URL, up to `batch` items in a body; retries for 24 h until the app answers 200. */
export function openWebhookSender(state: State, batch: () => number, log: (line: string) => void) {
  let waiting: WebhookItem[] = [];
  let head = 0;
  let posting = 0;
  let scheduled = false;
  /** Aborted by `clear`, which ends the retries of all items sent before it. */
  let cleared = new AbortController();
  const closing = new AbortController();
  const client = openWebhookClient(AT_ONCE);
  const verification = openWebhookVerification({ state, client, closing: closing.signal, log });
  let isFailing = false;
  let dropped = 0;

  const deliver = async (items: readonly WebhookItem[]) => {
    const { signal } = cleared;
    const body = Buffer.from(metaJson(envelope(items)));
    const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
    for (let attempt = 0; ; attempt += 1) {
      const target = state.webhook;
      if (target === null || signal.aborted || closing.signal.aborted) return;
      const fault = await client.post(target, body);
      if (fault === undefined) {
        if (isFailing)
          log(`webhooks: ${target.url} answered 200 after failed deliveries; deliveries continue`);
        isFailing = false;
        return;
      }
      if (!isFailing && !closing.signal.aborted)
        log(
          `webhooks: ${target.url} did not answer 200 (${fault}); retrying until a reset, for at most 24 h`,
        );
      isFailing = true;
      if (Date.now() > giveUpAt) return;
      await pause(RETRY_MS[attempt] ?? RETRY_LAST_MS, [signal, closing.signal]);
    }
  };

  const pump = () => {
    scheduled = false;
    while (head < waiting.length && posting < AT_ONCE) {
      const items = waiting.slice(head, head + batch());
      head += items.length;
      if (head > 10_000 && head > waiting.length / 2) {
        waiting = waiting.slice(head);
        head = 0;
      }
      posting += 1;
      void deliver(items).finally(() => {
        posting -= 1;
        schedule();
      });
    }
  };

  const schedule = () => {
    if (scheduled || posting >= AT_ONCE || head >= waiting.length) return;
    scheduled = true;
    setImmediate(pump);
  };

  const subscribed = (item: WebhookItem) => {
    const waba = state.nodes.get('phone' in item ? item.phone.wabaId : item.wabaId);
    return state.webhook !== null && waba?.kind === 'waba' && waba.subscribed;
  };

  verification.start();

  return {
    /** Queues the item if the app is subscribed to the item's WABA. One body holds up to `batch` queued items. */
    send(item: WebhookItem) {
      if (!subscribed(item)) return;
      if (waiting.length - head >= MAX_WAITING) {
        head += 1;
        if (dropped++ % MAX_WAITING === 0)
          log(
            `webhooks: the queue of ${MAX_WAITING} items is full; dropping the oldest item for each new one`,
          );
      }
      waiting.push(item);
      schedule();
    },
    /** Posts these items in this order, without queueing them; resolves once all are delivered or given up. */
    async sendInOrder(items: readonly WebhookItem[]) {
      const wanted = items.filter(subscribed);
      for (let at = 0; at < wanted.length; at += batch()) await deliver(wanted.slice(at, at + batch()));
    },
    setTarget(target: WebhookTarget) {
      state.setWebhook(target);
      verification.start();
    },
    get verified() {
      return verification.verified;
    },
    /** Drops all queued items and ends all retries. */
    clear() {
      waiting = [];
      head = 0;
      cleared.abort();
      cleared = new AbortController();
    },
    async close() {
      closing.abort();
      await client.close();
    },
  };
}
