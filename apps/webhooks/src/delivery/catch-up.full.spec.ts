import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { deliverySystem, testClock, type DeliverySystem } from './delivery.harness.js';
import { endpoint, type Endpoint } from './endpoint.harness.js';

jest.setTimeout(300_000);
const BEHIND = 100_000;
const RATE = 2_000;
const DAY_MS = 86_400_000;

let system: DeliverySystem;
let down: Endpoint;
let other: Endpoint;
beforeAll(async () => {
  [system, down, other] = await Promise.all([deliverySystem(), endpoint(), endpoint()]);
});
afterAll(async () => {
  await system.close();
  down.close();
  other.close();
});

it('an endpoint that was down for a day gets its 100,000 events at its own rate, without more memory and without delay for others', async () => {
  const clock = testClock();
  const [one, neighbour] = [system.account(), system.account()];
  const { id } = await one.create({ url: down.url, ratePerSecond: RATE });
  const { id: quick } = await neighbour.create({ url: other.url });
  system.replica(clock);
  down.status(503);
  const conversation = (sequence: number) => `cnv_${sequence % 1_000}`;
  for (let told = 0; told < BEHIND; told += 10_000) await one.tell(10_000, { conversation });
  await until(async () => (await system.reader(id))!.probe_at);
  for (let hour = 0; hour < 24; hour += 1) {
    await until(async () => (await system.attempts(id)).length === down.received.length);
    const probed = down.received.length;
    clock.move(DAY_MS / 24);
    await until(() => down.received.length > probed);
  }
  await until(async () => (await system.attempts(id)).length === down.received.length);
  const written = await system.pool.query('select from webhooks.deliveries where webhook_id = $1', [id]);
  expect(written.rowCount).toBeLessThan(100);
  expect(await system.failures(id)).toEqual([]);
  expect(await system.reader(id)).toMatchObject({ cursor: 0, active: true });

  const tries = down.received.length;
  // The test endpoint keeps no requests: they would hide the deliverer's own heap use.
  const counts = new Map<string, number>();
  let outOfOrder = 0;
  let delivered = 0;
  down.received.splice(0);
  down.answer((request, response) => {
    const { conversationId } = request.event.data as { conversationId: string };
    if (request.event.sequence <= (counts.get(conversationId) ?? 0)) outOfOrder += 1;
    counts.set(conversationId, request.event.sequence);
    delivered += 1;
    down.received.length = 0;
    response.end();
  });
  const heap: number[] = [];
  const begun = performance.now();
  clock.move(DAY_MS / 24);
  await until(() => delivered >= 10_000, { timeoutMs: 60_000 });
  while (delivered < BEHIND) {
    const before = delivered;
    const asked = performance.now();
    const [sequence] = await neighbour.tell(1);
    await until(() => other.sequences().includes(sequence!), { timeoutMs: 5_000 });
    expect(performance.now() - asked).toBeLessThan(2_000);
    await until(() => delivered >= Math.min(BEHIND, before + 5_000), { timeoutMs: 60_000 });
    (globalThis.gc as undefined | (() => void))?.();
    heap.push(process.memoryUsage().heapUsed / 1e6);
  }
  const seconds = (performance.now() - begun) / 1_000;
  await system.passed(id, BEHIND);
  await system.passed(quick, 1);
  console.log({ tries, seconds, perSecond: BEHIND / seconds, heapMB: heap.map(Math.round) });
  expect([delivered, outOfOrder]).toEqual([BEHIND, 0]);
  expect(BEHIND / seconds).toBeLessThanOrEqual(RATE * 1.05);
  // A hundred thousand events take at least 60 MB.
  const quarter = Math.ceil(heap.length / 4);
  expect(Math.min(...heap.slice(-quarter))).toBeLessThan(Math.min(...heap.slice(0, quarter)) + 30);
});
