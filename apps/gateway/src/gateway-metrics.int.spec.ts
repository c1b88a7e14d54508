import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { topics } from '@wbiz/contracts/topics';
import { buried, mark } from '@wbiz/eventing/kafka/dead-letter';
import { metricIn } from '@wbiz/service-testing/metric-in';
import { until } from '@wbiz/testing/stack';
import { WaitingDeadLetters } from './admin/waiting-dead-letters.js';
import { addAccount, addKey } from './gateway.harness.js';
import { call, runningGateway, type RunningGateway } from './running-gateway.harness.js';

jest.setTimeout(60_000);
let gateway: RunningGateway;
beforeAll(async () => void (gateway = await runningGateway()));
afterAll(() => gateway.close());

const metric = async (...of: [name: string, labels?: Record<string, string>]) =>
  metricIn(await gateway.runtime.metrics.text(), ...of);
const limited = (scope: string) => metric('wbiz_rate_limited_requests_total', { scope });

it('counts requests that a limit refused, by whose it is', async () => {
  const own = await addKey(gateway.pool, await addAccount(gateway.pool), {
    limit: { perMinute: 1, burst: 1 },
  });
  const starter = await addKey(gateway.pool, await addAccount(gateway.pool, { plan: 'starter' }));
  const ask = async ({ bearer }: typeof own) =>
    (await call(`${gateway.url}/v1/me`, 'GET', undefined, bearer)).status;
  expect(await ask(own)).toBe(200);
  expect(await ask(own)).toBe(429);
  const statuses = await Promise.all(Array.from({ length: 16 }, () => ask(starter)));
  expect(statuses).toContain(429);
  for (let attempt = 0; attempt < 11; attempt += 1)
    await gateway.admin('GET', '/accounts', undefined, 'wrong');
  expect(await limited('key')).toBe(1);
  expect(await limited('plan')).toBeGreaterThan(0);
  expect(await limited('sign_in')).toBe(1);
});

it('counts requests by route, and calls of Meta by what they are for', async () => {
  await gateway.admin('POST', '/accounts', {
    wabaId: '1000000000000001',
    accessToken: 'simulator-token',
    plan: 'scale',
  });
  expect(
    await metric('wbiz_http_request_duration_seconds_count', { route: '/api/v1/me', status: '429' }),
  ).toBeGreaterThan(0);
  expect(
    await metric('wbiz_meta_call_duration_seconds_count', { operation: 'get_waba', outcome: 'ok' }),
  ).toBeGreaterThan(0);
});

it('counts dead letters about which nothing was done, by their topic', async () => {
  const { deadLetters: topic, commands } = topics(gateway.prefix);
  const from = commands('contacts');
  const record = {
    key: Buffer.from('k'),
    value: Buffer.from('{}'),
    headers: {},
    offset: '1',
    timestamp: '1',
  };
  const letter = buried(record, topic, {
    topic: from,
    partition: 0,
    groupId: 'g',
    reason: 'no',
    attempts: 3,
  });
  const producer = gateway.kafka.producer();
  const stopping = new AbortController().signal;
  const waiting = new WaitingDeadLetters({ kafka: gateway.kafka, topic, stopping });
  try {
    expect(await waiting.count()).toEqual(new Map());
    await producer.sendAll([letter, letter]);
    expect(await waiting.count()).toEqual(new Map([[from, 2]]));
    const places = await gateway.kafka.endOffsets(topic);
    const partition = places.findIndex((end) => end === 2);
    const by = { state: 'discarded', at: new Date().toISOString(), by: 'spec', reason: null } as const;
    await producer.send(mark(topic, `${partition}-0`, by));
    expect(await waiting.count()).toEqual(new Map([[from, 1]]));
  } finally {
    await producer.close();
  }
  await until(async () => (await metric('wbiz_dead_letters_waiting_records', { topic: from })) === 1, {
    timeoutMs: 40_000,
  });
});
