import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { SERVICES } from '@wbiz/contracts/topics';
import { until } from '@wbiz/testing/stack';
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { startBalancer } from './load-balancer.js';
import { type Client, type FeedEvent } from './api-client.js';
import { startSystem, type System } from './system.js';

/** `status`: the HTTP status, or 0 if no answer came. */
type Outcome = {
  readonly atMs: number;
  readonly asked: string;
  readonly status: number;
  readonly said: string;
};

/** Groups of processes that restart together, one group after the other; one replica of each service stays up. */
const WAVES = [
  ['gateway'],
  ['gateway-2'],
  ['messaging'],
  ['messaging-2'],
  ...['', '-2'].map((replica) =>
    SERVICES.filter((name) => !['gateway', 'messaging'].includes(name)).map((name) => name + replica),
  ),
];

const DRAIN_MS = 1_500;

/**
 * Defines the test in which all services, with two replicas each, are restarted while messages are sent and the feed is
 * read. No request is retried, and each must be answered.
 */
export function describeRollingRestart({ perSecond, least }: { perSecond: number; least: number }): void {
  let system: System;
  let balancer: Awaited<ReturnType<typeof startBalancer>>;
  let api: Client & { accountId: string };
  // Closes connections idle for DRAIN_MS / 2: all others get a request, and so an answer that closes them, while a gateway drains.
  const agent = new Agent({ keepAlive: true, timeout: DRAIN_MS / 2 });

  beforeAll(async () => {
    system = await startSystem({
      replicas: Object.fromEntries(SERVICES.map((service) => [service, 2])),
      env: { HTTP_DRAIN_MS: String(DRAIN_MS) },
    });
    api = await system.connect();
    balancer = await startBalancer([system.ports.gateway!, system.ports['gateway-2']!]);
    await system.webhooksTo(balancer.url);
    await system.admin('PATCH', `/accounts/${api.accountId}`, { throughput: 1000 });
    await system.control('POST', '/behaviour', { throughputPerSecond: 1000, latencyMs: [10, 50] });
  }, 180_000);
  afterAll(async () => {
    agent.destroy();
    await balancer?.stop();
    await system?.stop();
  });

  /** Makes one request over a kept-alive connection, without retries. */
  const once = (method: string, path: string, body?: object) =>
    new Promise<Outcome>((resolve) => {
      const began = performance.now();
      const told = (status: number, said: string) =>
        resolve({ atMs: Math.round(began), asked: `${method} ${path}`, status, said });
      const headers = { authorization: `Bearer ${api.apiKey}`, 'content-type': 'application/json' };
      const asking = request(`${balancer.url}/v1${path}`, { agent, method, headers }, (answer) => {
        let said = '';
        answer.setEncoding('utf8').on('data', (text: string) => (said += text));
        answer.on('end', () => told(answer.statusCode!, said));
        answer.on('error', ({ message }) => told(0, message));
      });
      asking.on('error', ({ message }) => told(0, message));
      asking.end(body && JSON.stringify(body));
    });

  /** Sends `perSecond` messages a second, evenly spaced, until `signal`, without waiting for answers. */
  async function sendUntil(signal: AbortSignal, run: string) {
    const began = performance.now();
    const sends: Promise<Outcome>[] = [];
    while (!signal.aborted) {
      const early = began + (sends.length / perSecond) * 1_000 - performance.now();
      if (early > 0) await delay(early);
      const to = `+1415${2_000_000 + sends.length}`;
      const message = { to, template: 'hello_world', language: 'en_US', metadata: { run } };
      sends.push(once('POST', '/messages/template', message));
    }
    const rate = sends.length / ((performance.now() - began) / 1_000);
    return { rate, sent: await Promise.all(sends) };
  }

  /** Long-polls the feed until `signal`, then reads to the feed's end. */
  async function followUntil(signal: AbortSignal) {
    const read: Outcome[] = [];
    const events: FeedEvent[] = [];
    for (let since = '', isLast = false; !isLast;) {
      isLast = signal.aborted;
      const outcome = await once(
        'GET',
        `/events?limit=200&wait=${isLast ? 0 : 5}${since && `&since=${since}`}`,
      );
      read.push({ ...outcome, said: outcome.status === 200 ? '' : outcome.said });
      if (outcome.status !== 200) continue;
      const page = JSON.parse(outcome.said) as { data: FeedEvent[]; nextCursor: string };
      events.push(...page.data);
      since = page.nextCursor;
    }
    return { read, events };
  }

  it(`a rolling restart of every process under ${least} sends a second fails, loses and doubles nothing`, async () => {
    const run = randomUUID();
    const restarted = new AbortController();
    const settled = new AbortController();
    const sending = sendUntil(restarted.signal, run);
    const following = followUntil(settled.signal);
    const ends: string[] = [];
    try {
      for (const wave of WAVES) ends.push(...(await Promise.all(wave.map(system.restart))));
    } finally {
      restarted.abort();
    }
    const { rate, sent } = await sending;
    const accepted = sent.filter(({ status }) => status === 201).length;
    const statuses = await until(
      async () => {
        const told = await api.statusesOf(run);
        return [...told.values()].filter((one) => one.includes('read')).length >= accepted && told;
      },
      { timeoutMs: 60_000, everyMs: 1_000, describe: `${accepted} messages read, in the feed` },
    ).finally(() => settled.abort());
    const { read, events } = await following;

    expect([
      ...sent.filter(({ status }) => status !== 201),
      ...read.filter(({ status }) => status !== 200),
    ]).toEqual([]);
    expect(rate).toBeGreaterThanOrEqual(least);
    expect(ends).toEqual(WAVES.flat().map(() => 'with exit code 0'));
    for (const one of statuses.values())
      expect([one[0], one.length]).toEqual(['accepted', new Set(one).size]);
    expect(statuses.size).toBe(sent.length);
    expect(await system.control('GET', '/messages?limit=1')).toMatchObject({ total: sent.length });
    expect(await system.control('GET', '/duplicates')).toMatchObject({ data: [], total: 0 });
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    expect(events.filter(({ data }) => data.status === 'read')).toHaveLength(sent.length);
  });
}
