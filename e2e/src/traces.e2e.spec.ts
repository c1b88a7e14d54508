import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { collector, type SeenSpan } from './trace-collector.js';
import { receiver, type Receiver } from './webhook-receiver.js';
import { ok, type Client } from './api-client.js';
import { PERSON, startSystem, type System } from './system.js';

let seen: Awaited<ReturnType<typeof collector>>;
let system: System;
let api: Client & { accountId: string };
let hooks: Receiver;
beforeAll(async () => {
  [seen, hooks] = await Promise.all([collector(), receiver()]);
  system = await startSystem({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: seen.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20of%20the%20test',
      OTEL_BSP_SCHEDULE_DELAY: '200',
    },
  });
  api = await system.connect();
  await system.writeIn(api);
  ok(await api.post('/v1/webhooks', { url: `${hooks.url}/hooks`, events: ['message.status'] }));
}, 180_000);
afterAll(async () => {
  await system?.stop();
  hooks?.close();
  seen?.close();
});

/** Sends a message. Once the webhook has received its `delivered` status, resolves to the trace's id and last span. */
async function followed(headers: Record<string, string> = {}) {
  const sent = await api.post<{ id: string }>('/v1/messages/text', { to: PERSON, body: 'Hello' }, headers);
  const { id } = ok(sent);
  const [, traceId = ''] = (sent.headers.get('traceparent') ?? '').split('-');
  const delivery = await until(
    () =>
      hooks.received.find(({ body }) => {
        const { data } = JSON.parse(body) as { data: { messageId: string; status: string } };
        return data.messageId === id && data.status === 'delivered';
      }),
    { timeoutMs: 20_000, describe: 'the delivery of message.status' },
  );
  const [, deliveredIn, attempt = ''] = String(delivery.headers['traceparent']).split('-');
  expect(deliveredIn).toBe(traceId);
  const last = await until(() => seen.spans.find(({ spanId }) => spanId === attempt), {
    timeoutMs: 20_000,
    describe: 'the span of the delivery',
  });
  return { id, traceId, last };
}

/** The span and all its ancestors, the root first. */
function pathTo(last: SeenSpan): readonly SeenSpan[] {
  const parent = seen.spans.find(
    ({ traceId, spanId }) => traceId === last.traceId && spanId === last.parentId,
  );
  return [...(parent ? pathTo(parent) : []), last];
}
const shown = ({ service, name }: SeenSpan) => `${service}: ${name.replace(/ \S*wbiz\./, ' ')}`;

const WAY = [
  'wbiz-gateway: POST /api/v1/messages/text',
  'wbiz-gateway: send commands.messaging',
  'wbiz-messaging: process commands.messaging',
  'wbiz-messaging: process meta.status',
  'wbiz-webhooks: append feed',
  'wbiz-webhooks: POST',
];

it("a message is one trace, the client's, from the answer over HTTP to the delivery of what became of it", async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const { id, traceId, last } = await followed({ traceparent });
  expect(traceId).toBe('0af7651916cd43dd8448eb211c80319c');
  const way = await until(
    () => {
      const path = pathTo(last);
      if (path.length < WAY.length) throw new Error(path.map(shown).join(', '));
      return path;
    },
    { timeoutMs: 20_000 },
  );
  expect(way.map(shown)).toEqual(WAY);
  expect(way[0]!.parentId).toBe('b7ad6b7169203331');
  expect(way.filter(({ isError }) => isError)).toEqual([]);
  expect(way[0]!.attributes).toMatchObject({ 'http.route': '/api/v1/messages/text' });
  expect(way[3]!.attributes).toMatchObject({ 'wbiz.message_id': id });

  const call = seen.spans.find((span) => span.traceId === traceId && span.name === 'POST send_message')!;
  expect(shown(pathTo(call).at(-2)!)).toBe('wbiz-messaging: process commands.messaging');

  const [webhook] = way[3]!.links;
  expect(webhook).not.toBe(traceId);
  const ofMeta = seen.spans.filter((span) => span.traceId === webhook).map(shown);
  expect(ofMeta).toContain('wbiz-gateway: POST /api/meta/webhook');
});

it('of a client that gives no trace it is one that the answer tells', async () => {
  const { traceId, last } = await followed();
  expect(traceId).toMatch(/^(?!0+$)[\da-f]{32}$/);
  const way = await until(() => (pathTo(last).length === WAY.length ? pathTo(last) : undefined), {
    timeoutMs: 20_000,
  });
  expect(way.map(shown)).toEqual(WAY);
  expect(way[0]!.parentId).toBe('');
});

it('a client that does not record its trace is not recorded here either', async () => {
  const traceparent = '00-11111111111111111111111111111111-b7ad6b7169203331-00';
  ok(await api.post('/v1/messages/text', { to: PERSON, body: 'Quiet' }, { traceparent }));
  await followed();
  expect(seen.spans.filter(({ traceId }) => traceId === '1'.repeat(32))).toEqual([]);
});

it('the collector gets the headers that it asks for', () => {
  expect(new Set(seen.headers)).toEqual(new Set(['Bearer of the test']));
});
