import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { setTimeout as delay } from 'node:timers/promises';
import { type Client } from './api-client.js';
import { startSystem, type System } from './system.js';

const FROZEN_MS = 20_000;

let system: System;
let a: Client;
let b: Client;
let people = 14_155_550_000;

beforeAll(async () => {
  system = await startSystem();
  const waba = await system.control<{ id: string; token: string }>('POST', '/wabas', { token: 'token-of-b' });
  a = await system.connect();
  b = await system.connect({ wabaId: waba.id, accessToken: 'token-of-b' });
  await system.control('POST', '/behaviour', { throughputPerSecond: 1000, latencyMs: [5, 10] });
}, 120_000);
afterAll(async () => {
  if (system) process.kill(system.pidOf('contacts'), 'SIGCONT');
  await system?.stop();
});

async function send(who: Client, template: string) {
  const from = performance.now();
  const { status, body } = await who.post<{ code?: string }>('/v1/messages/template', {
    to: `+${(people += 1)}`,
    template,
    language: 'en_US',
  });
  return { status, code: body.code, ms: performance.now() - from };
}
const offer = () => send(a, 'diwali_offer');

/** Account B sends one message at a time for `ms`. Resolves to percentiles of B's answer times, in ms. */
async function paceOfB(ms: number) {
  const times: number[] = [];
  for (const end = Date.now() + ms; Date.now() < end; await delay(50)) {
    const { status, ms } = await send(b, 'hello_world');
    expect(status).toBe(201);
    times.push(ms);
  }
  times.sort((one, other) => one - other);
  const at = (share: number) => Math.round(times[Math.ceil(times.length * share) - 1]!);
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), most: at(1), count: times.length };
}

/** How many replicas of contacts messaging's circuit breaker has cut off, from the metrics of messaging. */
async function silent() {
  const { HEALTH_PORT } = system.ports.messaging!;
  const text = await (await fetch(`http://127.0.0.1:${HEALTH_PORT}/metrics`)).text();
  return Number(/^wbiz_rpc_silent_replicas\{peer="contacts",.*\} (\d+)/m.exec(text)?.[1]);
}

/** Freezes the service contacts. Resolves to B's answer times before and during the freeze, and A's answers during it. */
async function freeze() {
  expect((await offer()).status).toBe(201);
  await paceOfB(3_000);
  const before = await paceOfB(8_000);

  process.kill(system.pidOf('contacts'), 'SIGSTOP');
  const offers: ReturnType<typeof offer>[] = [];
  const asking = setInterval(() => offers.push(offer()), 1_000);
  const during = await paceOfB(FROZEN_MS);
  clearInterval(asking);
  expect(await silent()).toBe(1);
  const refused = await Promise.all(offers);
  process.kill(system.pidOf('contacts'), 'SIGCONT');
  const thawedAt = Date.now();
  await until(async () => (await offer()).status === 201, { timeoutMs: 10_000, everyMs: 50 });
  const backAfterMs = Date.now() - thawedAt;
  expect(await silent()).toBe(0);

  console.info(
    JSON.stringify({ before, during, backAfterMs, offers: refused.map(({ ms }) => Math.round(ms)) }),
  );
  return { before, during, refused, backAfterMs };
}

it("while contacts is frozen an account's marketing is refused soon, and nobody else waits", async () => {
  let found = await freeze();
  const isSlow = ({ before, during }: typeof found) =>
    during.p90 >= 2 * before.p90 + 50 || during.p99 >= 2 * before.p99 + 100;
  // Slow answers are measured once more: other load on the machine may be the cause.
  if (isSlow(found)) found = await freeze();
  const { refused, backAfterMs } = found;
  expect(new Set(refused.map(({ status, code }) => `${status} ${code}`))).toEqual(
    new Set(['503 unavailable']),
  );
  for (const { ms } of refused) expect(ms).toBeLessThan(3_000);
  for (const { ms } of refused.slice(5)) expect(ms).toBeLessThan(500);
  expect({ ...found, isSlow: isSlow(found) }).toMatchObject({ isSlow: false });
  expect(backAfterMs).toBeLessThan(3_000);
});
