import { createHmac, randomInt } from 'node:crypto';
import { Agent, request } from 'undici';
import { metaJson } from '../graph/meta-json.js';
import type { PhoneNumber, WebhookTarget } from '../graph/nodes.js';
import type { State } from '../graph/state.js';
import { unixSeconds } from '../graph/times.js';

/** One thing to tell: a message, a status, or a whole change value of another field. */
export type WebhookItem =
  | {
      readonly part: 'messages' | 'statuses';
      readonly phone: PhoneNumber;
      readonly item: object;
      /** Who wrote, or who has no phone number and is written to. */
      readonly contact?: object | undefined;
    }
  | { readonly part: 'field'; readonly wabaId: string; readonly field: string; readonly value: object };

const LANES = 32;
const MAX_WAITING = 1_000_000;
const TIMEOUT_MS = 10_000;
// At once, then ever slower. Meta goes on for days (webhooks overview); a stand-in need not be so patient.
const RETRY_MS = [0, 500, 1_000, 2_000, 5_000];
const RETRY_LAST_MS = 10_000;
const GIVE_UP_AFTER_MS = 24 * 3_600_000;

export type WebhookSender = ReturnType<typeof openWebhookSender>;

/** Posts webhooks to the app's callback URL: signed, several items to a body, again until the answer is 200. */
export function openWebhookSender(state: State, batch: () => number, log: (line: string) => void) {
  let waiting: WebhookItem[] = [];
  let head = 0;
  let posting = 0;
  let scheduled = false;
  let verified = false;
  let epoch = new AbortController();
  const closing = new AbortController();
  const agent = new Agent({ connections: LANES, pipelining: 1, keepAliveTimeout: 4_000 });
  let complained = false;
  let dropped = 0;

  /** One attempt; undefined for the 200 that Meta wants, otherwise what came instead. */
  const post = async (target: WebhookTarget, body: Buffer): Promise<string | undefined> => {
    const signature = createHmac('sha256', target.secret).update(body).digest('hex');
    try {
      const answer = await request(target.url, {
        method: 'POST',
        dispatcher: agent,
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
        headers: {
          'content-type': 'application/json',
          'user-agent': 'facebookexternalua',
          'x-hub-signature-256': `sha256=${signature}`,
        },
        body,
      });
      await answer.body.dump();
      return answer.statusCode === 200 ? undefined : `HTTP ${answer.statusCode}`;
    } catch (error) {
      return (error as Error).message;
    }
  };

  const deliver = async (items: readonly WebhookItem[]) => {
    const { signal } = epoch;
    const body = Buffer.from(metaJson(envelope(items)));
    const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
    for (let attempt = 0; ; attempt += 1) {
      const target = state.webhook;
      if (target === null || signal.aborted || closing.signal.aborted) return;
      const fault = await post(target, body);
      if (fault === undefined) {
        if (complained) log(`webhooks arrive again at ${target.url}`);
        complained = false;
        return;
      }
      if (!complained && !closing.signal.aborted)
        log(`webhook to ${target.url} failed (${fault}); trying again`);
      complained = true;
      if (Date.now() > giveUpAt) return;
      await pause(RETRY_MS[attempt] ?? RETRY_LAST_MS, [signal, closing.signal]);
    }
  };

  const pump = () => {
    scheduled = false;
    while (head < waiting.length && posting < LANES) {
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
    if (scheduled || posting >= LANES || head >= waiting.length) return;
    scheduled = true;
    setImmediate(pump);
  };

  const subscribed = (item: WebhookItem) => {
    const waba = state.nodes.get('phone' in item ? item.phone.wabaId : item.wabaId);
    return state.webhook !== null && waba?.kind === 'waba' && waba.subscribed;
  };

  /** Meta's handshake, tried until the app answers it, in the background: the app may start after us. */
  const verify = async (target: WebhookTarget) => {
    verified = false;
    const challenge = String(randomInt(1_000_000_000, 2_000_000_000));
    const url = new URL(target.url);
    url.searchParams.set('hub.mode', 'subscribe');
    url.searchParams.set('hub.challenge', challenge);
    url.searchParams.set('hub.verify_token', target.verifyToken);
    let last = '';
    for (
      let wait = 250;
      state.webhook === target && !closing.signal.aborted;
      wait = Math.min(wait * 2, 5_000)
    ) {
      const fault = await ask(url, challenge);
      if (fault === undefined) {
        verified = state.webhook === target;
        return;
      }
      if (fault !== last) log(`webhook ${target.url} is not verified yet: ${fault}`);
      last = fault;
      await pause(wait, [closing.signal]);
    }
  };

  const ask = async (url: URL, challenge: string): Promise<string | undefined> => {
    try {
      const answer = await request(url, {
        dispatcher: agent,
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
      });
      const text = await answer.body.text();
      return answer.statusCode === 200 && text === challenge ? undefined : `HTTP ${answer.statusCode}`;
    } catch (error) {
      return (error as Error).message;
    }
  };

  const startVerifying = () => {
    if (state.webhook !== null) void verify(state.webhook);
  };
  startVerifying();

  return {
    /** Queues it, if the app is subscribed to the WABA; whatever waits at the same moment shares bodies. */
    send(item: WebhookItem) {
      if (!subscribed(item)) return;
      if (waiting.length - head >= MAX_WAITING) {
        head += 1;
        if (dropped++ % MAX_WAITING === 0)
          log(`more than ${MAX_WAITING} webhook items wait; dropping the oldest`);
      }
      waiting.push(item);
      schedule();
    },
    /** Sends these after one another, in this order, past whatever else is waiting. */
    async sendInOrder(items: readonly WebhookItem[]) {
      const wanted = items.filter(subscribed);
      for (let at = 0; at < wanted.length; at += batch()) await deliver(wanted.slice(at, at + batch()));
    },
    setTarget(target: WebhookTarget) {
      state.setWebhook(target);
      startVerifying();
    },
    get verified() {
      return verified;
    },
    /** Forgets what is waiting and what is being tried again. */
    clear() {
      waiting = [];
      head = 0;
      epoch.abort();
      epoch = new AbortController();
    },
    async close() {
      closing.abort();
      await agent.destroy();
    },
  };
}

/** Meta's envelope: an entry for each WABA, neighbouring items of one number in one change. */
function envelope(items: readonly WebhookItem[]) {
  const entries = new Map<string, { id: string; time?: number; changes: object[] }>();
  let open: { phone: PhoneNumber; part: string; list: object[]; value: { contacts?: object[] } } | undefined;
  for (const item of items) {
    const id = item.part === 'field' ? item.wabaId : item.phone.wabaId;
    let entry = entries.get(id);
    if (entry === undefined) entries.set(id, (entry = { id, changes: [] }));
    if (item.part === 'field') {
      open = undefined;
      entry.time = unixSeconds();
      entry.changes.push({ field: item.field, value: item.value });
      continue;
    }
    if (open?.phone !== item.phone || open.part !== item.part) {
      const list: object[] = [];
      const value: { contacts?: object[] } = {
        messaging_product: 'whatsapp',
        metadata: { display_phone_number: item.phone.digits, phone_number_id: item.phone.id },
        // Ahead of the items, as Meta writes it, if there will be any.
        contacts: undefined,
        [item.part]: list,
      } as object;
      open = { phone: item.phone, part: item.part, list, value };
      entry.changes.push({ field: 'messages', value });
    }
    open.list.push(item.item);
    if (item.contact !== undefined) (open.value.contacts ??= []).push(item.contact);
  }
  return { object: 'whatsapp_business_account', entry: [...entries.values()] };
}

function pause(ms: number, signals: readonly AbortSignal[]): Promise<void> {
  const done = AbortSignal.any([...signals]);
  if (done.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      done.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    done.addEventListener('abort', finish);
  });
}
