import { createHmac } from 'node:crypto';
import type { EventType, WbizEvent } from '@wbiz/sdk/operations';
import { Wbiz } from '@wbiz/sdk/wbiz';
import { signWebhook } from '@wbiz/sdk/webhook';
import {
  installation,
  simulator,
  Usage,
  type Arguments,
  type Given,
  type Surroundings,
} from './command-line.js';

type DeveloperVerb = Arguments & {
  /** Prints while it runs; resolves when there is nothing left to print. */
  readonly run: (operands: string[], given: Given, around: Surroundings) => Promise<void>;
};

const string = { type: 'string' } as const;
const print = (line: string) => void process.stdout.write(`${line}\n`);
/** The demo account's contact. */
const PERSON = '+918899332211';
const FEED = { since: string, types: string } as const;
const PERSONS = { from: string, 'phone-number': string } as const;
/** Time limit of a post (ms), the same as for a delivery to a webhook. */
const ANSWER_WITHIN_MS = 15_000;

/** Commands for developers, with an API key: read the feed, and cause events at the simulator. */
export const DEVELOPER_VERBS: Record<string, DeveloperVerb> = {
  'events tail': {
    operands: [],
    options: FEED,
    run: async (_, given, around) => {
      for await (const event of await feedOf(clientOf(around), given)) print(JSON.stringify(event));
    },
  },
  listen: {
    operands: [],
    options: { ...FEED, 'forward-to': string },
    run: async (_, given, around) => {
      const to = given['forward-to'];
      if (typeof to !== 'string' || !/^https?:/.test(to) || !URL.canParse(to))
        throw new Usage('--forward-to must be an http or https URL');
      const wbiz = clientOf(around);
      const { account } = await wbiz.request('GET', '/v1/me');
      const secret = listeningSecret(installation(around, 'WBIZ_API_KEY').secret);
      const events = await feedOf(wbiz, given);
      print(`events of ${account.name} (${account.id}) go to ${to}, signed with ${secret}`);
      for await (const { id, sequence, type, createdAt, data } of events) {
        const body = JSON.stringify({ id, sequence, type, createdAt, accountId: account.id, data });
        print(`${sequence} ${type} ${id}: ${await posted(to, id, body, secret)}`);
      }
    },
  },
  'trigger message.received': {
    operands: [],
    options: { ...PERSONS, name: string, text: string },
    run: (_, { from = PERSON, name, text = 'Hello', ...rest }, around) =>
      control(around, '/inbound', {
        from,
        name,
        phoneNumberId: rest['phone-number'],
        message: { type: 'text', text: { body: text } },
      }),
  },
  'trigger message.status': {
    operands: ['message', 'status'],
    run: async ([message, status], _, around) => {
      const path = { id: message! };
      const { wamid } = message!.startsWith('msg_')
        ? await clientOf(around).request('GET', '/v1/messages/{id}', { path })
        : { wamid: message };
      if (!wamid) throw new Error(`${message} has no wamid: Meta has not taken it.`);
      await control(around, '/statuses', { wamid, statuses: status!.split(',') });
    },
  },
  'trigger template.status': {
    operands: ['template', 'decision'],
    options: { reason: string },
    run: async ([template, decision], { reason }, around) => {
      const path = { id: template! };
      const { metaId } = template!.startsWith('tpl_')
        ? await clientOf(around).request('GET', '/v1/templates/{id}', { path })
        : { metaId: template };
      if (!metaId) throw new Error(`${template} has no metaId: it is a draft.`);
      const review = { decision: decision!.toUpperCase(), reason };
      await control(around, `/templates/${encodeURIComponent(metaId)}/review`, review);
    },
  },
  'trigger contact.opted_out': {
    operands: [],
    options: PERSONS,
    run: (_, { from = PERSON, ...rest }, around) =>
      control(around, '/preferences', { from, value: 'stop', phoneNumberId: rest['phone-number'] }),
  },
};

function clientOf(around: Surroundings): Wbiz {
  const { url, secret } = installation(around, 'WBIZ_API_KEY');
  return new Wbiz({ baseUrl: url, apiKey: secret });
}

/** The feed after `since`; `oldest`: all that is kept; default: from now on. */
async function feedOf(wbiz: Wbiz, { since, types }: Given) {
  const begin = typeof since === 'string' && since !== 'now' ? since : await endOfFeed(wbiz);
  return wbiz.events({
    since: begin === 'oldest' ? undefined : begin,
    types: typeof types === 'string' ? (types.split(',') as EventType[]) : undefined,
  });
}

/** The cursor at the end of the feed; read it before printing anything. */
async function endOfFeed(wbiz: Wbiz): Promise<string> {
  const { nextCursor } = await wbiz.request('GET', '/v1/events', { query: { since: 'now' } });
  return nextCursor;
}

/** The same secret at every start, so that a receiver can keep it. */
const listeningSecret = (apiKey: string) =>
  `whsec_${createHmac('sha256', apiKey).update('wbiz listen').digest('base64')}`;

/** Posts an event once; resolves to the outcome as text. */
async function posted(url: string, id: WbizEvent['id'], body: string, secret: string): Promise<string> {
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'WBIZ-Webhooks/1',
    ...(await signWebhook(id, body, secret)),
  };
  const began = performance.now();
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    await answer.body?.cancel();
    return `${answer.status} in ${Math.round(performance.now() - began)} ms`;
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    return `no answer: ${cause?.message ?? message}`;
  }
}

/** Posts to the simulator's control API and prints the answer. */
async function control(around: Surroundings, path: string, body: object): Promise<void> {
  const url = `${simulator(around)}/_control${path}`;
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch((error: Error & { cause?: Error }) => {
    throw new Error(`${new URL(url).origin} cannot be reached: ${error.cause?.message ?? error.message}`);
  });
  const content = await answer.text();
  if (!answer.ok) throw new Error(refusalIn(content) ?? `${answer.status} ${content.slice(0, 200)}`);
  print(content);
}

/** The simulator's sentence; undefined if it is not the simulator that answered. */
function refusalIn(content: string): string | undefined {
  try {
    return (JSON.parse(content) as { error?: { message?: string } } | null)?.error?.message;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
