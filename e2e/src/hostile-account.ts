import { inspect } from 'node:util';
import { rawHttp } from '@wbiz/testing/raw-http';
import fc from 'fast-check';
import { Kafka, logLevel } from 'kafkajs';
import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { openApiRequests, type Document } from './openapi-requests.js';
// @boundaries-ignore the tests run the processes as npm start does
import { SIMULATED_META_APP } from '../../scripts/apps.ts';
import { call, type Client } from './api-client.js';
import { type System } from './system.js';

export type Hostile = Client & {
  readonly accountId: string;
  readonly wabaId: string;
  readonly phoneNumberId: string;
};
type Attack = { readonly everyMs: number; readonly once: () => Promise<unknown> };

const HELD_CONNECTIONS = 40;
const UNSIGNED_BYTES = 3_100_000;
/** Texts that are hard to process: they grow under NFKD, have four-byte or combining characters, or mean something to parsers. */
const NASTY = fc.oneof(
  fc.constantFrom(
    '\u{FDFA}',
    '\u{1F600}',
    'e\u0301\u0323',
    '\u200e\u200f',
    '\u0000',
    '\uD800',
    '%00',
    '%ED%A0%80',
  ),
  fc.constantFrom(
    "'; drop table x; --",
    '{{1}}',
    '../../etc/passwd',
    '__proto__',
    '+'.repeat(300),
    'NaN',
    '-1',
    '1e999',
  ),
  fc.string({ unit: 'binary', maxLength: 80 }),
);
const TEXT = fc.tuple(NASTY, fc.constantFrom(1, 1, 20, 500)).map(([text, times]) => text.repeat(times));
const VALUE = fc.oneof(TEXT, fc.jsonValue({ maxDepth: 4 }), fc.double(), fc.maxSafeInteger());

/** Replaces, removes or adds one random part of a JSON value. */
function mutated(given: unknown, seed: number): unknown {
  const [spot = 0, value] = fc.sample(fc.tuple(fc.nat(1_000), VALUE), { numRuns: 1, seed })[0]!;
  if (typeof given !== 'object' || given === null || spot % 7 === 0) return value;
  const keys = Object.keys(given);
  if (keys.length === 0 || spot % 11 === 0) return { ...given, [inspect(value).slice(0, 40)]: value };
  const key = keys[spot % keys.length]!;
  const copy = (Array.isArray(given) ? [...(given as unknown[])] : { ...given }) as Record<string, unknown>;
  if (spot % 5 === 0) delete copy[key];
  else copy[key] = mutated(copy[key], seed + 1);
  return copy;
}

/**
 * Runs, all at the same time, every attack by which one account once harmed others: calls with an API key, calls without
 * one, and records on Kafka. The same `seed` gives the same random requests. Resolves, once `signal` is aborted, to how
 * often each attack ran.
 */
export async function attack(
  system: System,
  account: Hostile,
  { seed, signal }: { seed: number; signal: AbortSignal },
) {
  const { body: document } = await call<Document>('GET', `${system.baseUrl}/openapi.json`);
  const operations = openApiRequests(document, 'http://127.0.0.1:9').filter(({ withKey }) => withKey);
  const kafka = new Kafka({ brokers: [...system.brokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer();
  const held: ReturnType<typeof rawHttp>[] = [];
  let number = seed;
  const next = () => (number += 1);
  const random = <T>(arbitrary: fc.Arbitrary<T>) => fc.sample(arbitrary, { numRuns: 1, seed: next() })[0]!;
  let people = 14_156_000_000;

  const anyRequest = () => {
    const operation = random(fc.constantFrom(...operations));
    const path = operation.path.replaceAll(/\{\w+\}/g, () =>
      encodeURIComponent(random(TEXT).toWellFormed()).slice(0, 300),
    );
    const query = operation.query.map(
      ({ name }) => `${name}=${encodeURIComponent(random(TEXT).toWellFormed())}`,
    );
    const body = operation.body(() => random(TEXT));
    return account.request(
      operation.method,
      query.length && next() % 2 ? `${path}?${random(fc.constantFrom(...query))}` : path,
      body instanceof FormData || body === undefined ? body : mutated(body, next()),
    );
  };
  const webhook = () =>
    postAsMeta(system, mutated(textWebhook(account, `${(people += 1)}`, 'Hello', 'US.9'), next()));

  const attacks: Record<string, Attack> = {
    'random requests': { everyMs: 200, once: anyRequest },
    'random webhooks of Meta': { everyMs: 500, once: webhook },
    'wide people': {
      everyMs: 2_000,
      once: async () => {
        const userId = `US.${(people += 1)}`;
        await account.post('/v1/contacts', {
          userId,
          phone: `+${people}`,
          name: '\u{FDFA}'.repeat(500),
          email: `${'a'.repeat(60)}@${'b'.repeat(180)}.com`,
        });
        await postAsMeta(system, textWebhook(account, String(people), 'Hello', userId));
      },
    },
    'bulk imports of nonsense': {
      everyMs: 10_000,
      once: () =>
        account.post('/v1/contacts/bulk', {
          contacts: Array.from({ length: 300 }, () => ({ phone: `+${(people += 1)}`, name: random(TEXT) })),
        }),
    },
    marketing: {
      everyMs: 1_000,
      once: () =>
        account.post('/v1/messages/template', {
          to: `+${(people += 1)}`,
          template: 'diwali_offer',
          language: 'en_US',
        }),
    },
    'odd queries': {
      everyMs: 2_000,
      once: () =>
        Promise.all(
          ['/v1/messages?cursor=%00', '/v1/contacts?updatedSince=9999-12-31T23:59:59-14:00'].map((path) =>
            account.get(path),
          ),
        ),
    },
    'wrong operators': {
      everyMs: 500,
      once: () => call('GET', `${system.baseUrl}/admin/v1/accounts`, { bearer: `wrong-${next()}` }),
    },
    'unsigned webhooks, held': {
      everyMs: 250,
      once: () => {
        const connection = rawHttp(system.baseUrl);
        held.push(connection);
        connection.head('/api/meta/webhook', UNSIGNED_BYTES, {
          'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
        });
        connection.send(' '.repeat(64_000));
        if (held.length > HELD_CONNECTIONS) held.shift()!.close();
        return Promise.resolve();
      },
    },
    'frames that are none': {
      everyMs: 5_000,
      once: async () => {
        const socket = connect(Number(system.ports.messaging!.RPC_PORT), '127.0.0.1').on(
          'error',
          () => undefined,
        );
        socket.write('2#{}'.repeat(60_000));
        await Promise.race([once(socket, 'close'), delay(4_000)]);
        socket.destroy();
      },
    },
    'records by hand': {
      everyMs: 3_000,
      once: () =>
        producer.send({
          topic: system.topics.events,
          messages: [
            { key: account.accountId, value: random(TEXT) },
            {
              key: account.accountId,
              value: '{}',
              headers: {
                ce_id: `evt_${next()}`,
                ce_source: 'messaging',
                ce_type: 'message.status',
                ce_sequence: '7',
                ce_previous: '6',
                ce_epoch: '999999999999',
              },
            },
          ],
        }),
    },
  };

  await producer.connect();
  const counts: Record<string, number> = {};
  await Promise.all(
    Object.entries(attacks).map(async ([name, { everyMs, once }]) => {
      counts[name] = 0;
      while (!signal.aborted) {
        // The answer does not matter, and during an outage none comes.
        await once().catch(() => undefined);
        counts[name] += 1;
        await delay(everyMs, undefined, { signal }).catch(() => undefined);
      }
    }),
  );
  for (const connection of held) connection.close();
  await producer.disconnect();
  return counts;
}

/** The body of Meta's webhook for a person's text message. */
export function textWebhook({ wabaId, phoneNumberId }: Hostile, from: string, body: string, userId?: string) {
  const person = userId === undefined ? {} : { user_id: userId };
  return {
    object: 'whatsapp_business_account',
    entry: [
      {
        id: wabaId,
        changes: [
          {
            field: 'messages',
            value: {
              messaging_product: 'whatsapp',
              metadata: { display_phone_number: '15550001111', phone_number_id: phoneNumberId },
              contacts: [{ profile: { name: 'Mallory' }, wa_id: from, ...person }],
              messages: [
                {
                  from,
                  ...(userId === undefined ? {} : { from_user_id: userId }),
                  id: `wamid.${randomUUID()}`,
                  timestamp: String(Math.floor(Date.now() / 1_000)),
                  type: 'text',
                  text: { body },
                },
              ],
            },
          },
        ],
      },
    ],
  };
}

/** Posts a signed webhook to the gateway, as Meta does. */
export function postAsMeta({ baseUrl }: System, payload: unknown) {
  const body = JSON.stringify(payload);
  const signature = createHmac('sha256', SIMULATED_META_APP.META_APP_SECRET).update(body).digest('hex');
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` };
  return call('POST', `${baseUrl}/meta/webhook`, { body, headers });
}
