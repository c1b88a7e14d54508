import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { KafkaRecord } from '@wbiz/eventing/kafka/batching-producer';
import type { Logger } from '@wbiz/service-kit/logging';
import { rawHttp } from '@wbiz/testing/raw-http';
import Fastify from 'fastify';
import { metaWebhook, type MetaWebhookOptions } from './meta-webhook.routes.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const SECRET = 'app-secret';
const quiet = { error: () => undefined, warn: () => undefined } as unknown as Logger;

async function webhook(more: Partial<MetaWebhookOptions> = {}) {
  const produced: KafkaRecord[] = [];
  const raw: KafkaRecord[] = [];
  const counts: Record<string, number> = {};
  const app = Fastify();
  app.decorateRequest('traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
  await app.register(
    metaWebhook({
      appSecret: SECRET,
      verifyToken: 'verify-token',
      topicOf: (type) => ({ 'meta.webhook': 'raw', 'meta.change': 'changes' })[type as string] ?? 'inbound',
      produce: async ([kept, ...items]) => {
        raw.push(kept!);
        produced.push(...items);
      },
      items: {
        inc: (labels: { kind?: string | number }, by = 1) =>
          (counts[labels.kind!] = (counts[labels.kind!] ?? 0) + by),
      } as never,
      logger: quiet,
      ...more,
    }),
  );
  const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url: '/api/meta/webhook',
      payload: body,
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': sign(body), ...headers },
    });
  const verify = (query: Record<string, string>) =>
    app.inject({ method: 'GET', url: '/api/meta/webhook', query });
  return { app, produced, raw, counts, post, verify };
}
const sign = (body: string | Buffer, secret = SECRET) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
const change = (field: string, value: object) => ({ entry: [{ id: '1', changes: [{ field, value }] }] });
const bodyOf = (...messages: object[]) =>
  JSON.stringify(change('messages', { metadata: { phone_number_id: '106' }, messages }));

describe('the handshake', () => {
  const asked = {
    'hub.mode': 'subscribe',
    'hub.challenge': '1158201444',
    'hub.verify_token': 'verify-token',
  };

  it('gives back the bare challenge', async () => {
    const answer = await (await webhook()).verify(asked);
    expect(answer).toMatchObject({ statusCode: 200, body: '1158201444' });
    expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
  });

  it.each([
    ['another token', { ...asked, 'hub.verify_token': 'verify-tokem' }, 403],
    ['no token', { 'hub.mode': 'subscribe', 'hub.challenge': '1' }, 403],
    ['another mode', { ...asked, 'hub.mode': 'unsubscribe' }, 400],
    ['no challenge', { 'hub.mode': 'subscribe', 'hub.verify_token': 'verify-token' }, 400],
    ['markup as the challenge', { ...asked, 'hub.challenge': '<script>' }, 400],
  ])('is refused with %s', async (_what, query, statusCode) => {
    const answer = await (await webhook()).verify(query);
    expect(answer.statusCode).toBe(statusCode);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  });
});

describe('a webhook', () => {
  it.each([
    ['its items', bodyOf({ from: '1', id: 'w', text: { body: '\\u0939\\/' } }), '1'],
    ['an item that no record can hold', bodyOf({ from: '1', text: 'x'.repeat(1_000_000) }), '1'],
    ['nothing that can be read', Buffer.from([0xff, 0xfe]), null],
  ])('is kept as its bytes came, before %s', async (_what, body, key) => {
    const { post, raw } = await webhook();
    await post(body);
    expect(raw).toMatchObject([
      { topic: 'raw', key, headers: { ce_type: 'meta.webhook', 'content-type': 'application/json' } },
    ]);
    expect(Buffer.from(body).equals(raw[0]!.value as Buffer)).toBe(true);
    expect(Date.parse(String(raw[0]!.headers['ce_time']))).toBeGreaterThan(Date.now() - 10_000);
  });

  it('becomes a record an item, with the headers of an inbound record', async () => {
    const { post, produced, counts } = await webhook();
    const answer = await post(bodyOf({ from: '1', id: 'wamid.1' }, { from: '2', id: 'wamid.2' }));
    expect(answer).toMatchObject({ statusCode: 200, body: '' });
    expect(produced.map(({ topic, key }) => ({ topic, key }))).toEqual([
      { topic: 'inbound', key: '106:1' },
      { topic: 'inbound', key: '106:2' },
    ]);
    expect(produced[0]!.headers).toMatchObject({
      ce_type: 'meta.message',
      ce_source: 'gateway',
      ce_specversion: '1.0',
      'content-type': 'application/json',
      traceparent: expect.stringContaining('0af7651916cd43dd8448eb211c80319c'),
    });
    expect(JSON.parse(produced[1]!.value!.toString())).toMatchObject({ message: { id: 'wamid.2' } });
    expect(counts).toEqual({ message: 2 });
  });

  it('keeps what is neither message nor status on a topic apart', async () => {
    const { post, produced } = await webhook();
    await post(JSON.stringify(change('account_update', { event: 'DISABLED_UPDATE' })));
    expect(produced.map(({ topic, key }) => ({ topic, key }))).toEqual([{ topic: 'changes', key: '1' }]);
  });

  it('is not answered before its records are durable', async () => {
    let acknowledge = () => undefined as void;
    const { post } = await webhook({
      produce: () => new Promise<void>((resolve) => (acknowledge = resolve)),
    });
    let answered = false;
    const answer = post(bodyOf({ from: '1', id: 'w' })).then((one) => {
      answered = true;
      return one;
    });
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(answered).toBe(false);
    acknowledge();
    expect((await answer).statusCode).toBe(200);
  });

  it('is answered with 503 when Kafka refuses it, or takes too long', async () => {
    const refusing = await webhook({ produce: () => Promise.reject(new Error('no broker')) });
    const slow = await webhook({ produce: () => new Promise(() => undefined), patienceMs: 30 });
    for (const { post, counts } of [refusing, slow]) {
      const answer = await post(bodyOf({ from: '1', id: 'w' }));
      expect(answer).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } });
      expect(counts).toEqual({});
    }
  });

  it('is turned away while too much waits for Kafka', async () => {
    const acknowledge: (() => void)[] = [];
    const body = bodyOf({ from: '1' });
    const { post } = await webhook({
      produce: () => new Promise<void>((resolve) => void acknowledge.push(resolve)),
      maxHeldBytes: 2.5 * body.length,
    });
    const answers = [post(body), post(body), post(body)];
    expect((await Promise.race(answers)).statusCode).toBe(503);
    acknowledge.splice(0).forEach((resolve) => resolve());
    expect((await Promise.all(answers)).map(({ statusCode }) => statusCode).sort()).toEqual([200, 200, 503]);
    const next = post(body);
    while (acknowledge.length === 0) await new Promise(setImmediate);
    acknowledge[0]!();
    expect((await next).statusCode).toBe(200);
  });

  it.each([
    ['no signature', { 'x-hub-signature-256': '' }],
    ['the signature of another secret', { 'x-hub-signature-256': sign(bodyOf(), 'other') }],
    ['the signature of another body', { 'x-hub-signature-256': sign('{}') }],
  ])('with %s is 401 and goes nowhere', async (_what, headers) => {
    const { post, produced } = await webhook();
    expect((await post(bodyOf(), headers)).statusCode).toBe(401);
    expect(produced).toEqual([]);
  });

  it('is checked over its raw bytes', async () => {
    const { post, produced } = await webhook();
    const body =
      '{"entry" : [{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"106"},"messages":[{"from":"1","text":{"body":"\\u0939\\ud83d\\ude00 a\\/b"}}]}}]}]}';
    expect((await post(body)).statusCode).toBe(200);
    expect(JSON.parse(produced[0]!.value!.toString())).toMatchObject({
      message: { text: { body: 'ह😀 a/b' } },
    });
  });

  it('counts whatever its Content-Type', async () => {
    const { post, produced } = await webhook();
    expect((await post(bodyOf({ from: '1' }), { 'content-type': 'text/plain' })).statusCode).toBe(200);
    expect(produced).toHaveLength(1);
  });

  it.each([
    ['that is no JSON', 'not json', 1],
    ['that is empty', '', 1],
    ['of another shape', '{"entry":[{"changes":"odd"},7]}', 2],
    ['with bytes that are no text', Buffer.from([0xff, 0xfe]), 1],
  ])('%s is taken, counted and dropped', async (_what, body, unreadable) => {
    const { post, produced, counts } = await webhook();
    expect((await post(body)).statusCode).toBe(200);
    expect({ produced, counts }).toEqual({ produced: [], counts: { unreadable } });
  });

  it('loses only the item that no record can hold', async () => {
    const { post, produced, counts } = await webhook();
    const answer = await post(bodyOf({ from: '1', text: 'x'.repeat(1_000_000) }, { from: '2' }));
    expect(answer.statusCode).toBe(200);
    expect(produced.map(({ key }) => key)).toEqual(['106:2']);
    expect(counts).toEqual({ too_large: 1, message: 1 });
  });

  it('takes 3 MB, and not more', async () => {
    const { post } = await webhook();
    const sized = (bytes: number) => `{"pad":"${'x'.repeat(bytes)}"}`;
    expect((await post(sized(3 * 1024 * 1024 - 10))).statusCode).toBe(200);
    expect((await post(sized(3 * 1024 * 1024 + 2_000))).statusCode).toBe(413);
  });
});

describe('whoever cannot be known yet', () => {
  const FORGED = { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` };
  async function listening(maxUnsignedBytes?: number) {
    const { app } = await webhook(maxUnsignedBytes === undefined ? {} : { maxUnsignedBytes });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    ends.push(() => app.close());
    return () => {
      const http = rawHttp(url);
      ends.push(() => http.close());
      return http;
    };
  }

  it.each([
    ['no signature', {}],
    ['what is none', { 'x-hub-signature-256': 'sha256=abc' }],
    ['an old one', { 'x-hub-signature-256': `sha1=${'0'.repeat(40)}` }],
  ])('and sends %s is refused before the body', async (_what, headers) => {
    const http = (await listening())();
    http.head('/api/meta/webhook', 3_000_000, headers);
    expect(await http.said(/invalid_signature/)).toMatch(/^HTTP\/1.1 401 .*connection: close/is);
    await http.closed;
  });

  it('and announces too much is refused at once', async () => {
    const http = (await listening())();
    http.head('/api/meta/webhook', 4_000_000, FORGED);
    expect(await http.said(/too_large/)).toMatch(/^HTTP\/1.1 413 .*connection: close/is);
    await http.closed;
  });

  it('shares a budget of bytes: past it, whoever has been sending for longest has to come again', async () => {
    const connection = await listening(5_000);
    const begin = (bytes: number) => {
      const http = connection();
      http.head('/api/meta/webhook', 3_000, FORGED);
      http.send('x'.repeat(bytes));
      return http;
    };
    const first = begin(2_000);
    await answeredByNow(connection());
    const second = begin(2_000);
    await answeredByNow(connection());
    const third = begin(2_000);
    expect(await first.said(/unavailable/)).toMatch(
      /^HTTP\/1.1 503 (?=.*retry-after: 1\r)(?=.*connection: close)/is,
    );
    await first.closed;
    for (const http of [second, third]) {
      http.send('x'.repeat(1_000));
      await http.said(/^HTTP\/1.1 401 /);
    }
    const next = begin(3_000);
    await next.said(/^HTTP\/1.1 401 /);
  });

  /** Once a later request is answered, everything sent earlier on other connections has been read. */
  async function answeredByNow(http: ReturnType<typeof rawHttp>) {
    http.send('GET /api/meta/webhook HTTP/1.1\r\nhost: x\r\n\r\n');
    await http.said(/^HTTP/);
  }
});
