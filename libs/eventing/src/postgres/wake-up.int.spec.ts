import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { keptLog } from '../kafka/kafka.samples.js';
import { freshSchema } from './outbox.samples.js';
import { WakeUp } from './wake-up.js';

let database: Awaited<ReturnType<typeof freshSchema>>;
const running: WakeUp[] = [];
beforeAll(async () => {
  database = await freshSchema();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((part) => part.stop()));
});
afterAll(() => database.drop());

/** A connected WakeUp that counts the hints on `channel`. */
async function listening(name: string, channel = 'some.channel') {
  const wakeUp = new WakeUp({ pool: database.pool, logger: keptLog(), name });
  const heard = { count: 0 };
  wakeUp.onWake(channel, () => (heard.count += 1));
  wakeUp.start();
  running.push(wakeUp);
  await until(() => heard.count === 1); // a connect counts as a hint
  heard.count = 0;
  return { wakeUp, heard };
}

it('wakes the listeners of that channel in every process', async () => {
  const [a, b, other] = await Promise.all([listening('a'), listening('b'), listening('c', 'other')]);
  a.wakeUp.wake('some.channel');
  await until(() => a.heard.count > 0 && b.heard.count > 0);
  expect([a.heard.count, b.heard.count, other.heard.count]).toEqual([1, 1, 0]);
});

it('makes a burst into few notifications', async () => {
  const [a, b] = await Promise.all([listening('a'), listening('b')]);
  const from = performance.now();
  for (let n = 0; n < 1_000; n += 1) {
    a.wakeUp.wake('some.channel');
    if (n % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await until(() => b.heard.count > 0);
  b.wakeUp.wake('some.channel');
  const before = b.heard.count;
  await until(() => b.heard.count > before);
  // Notifications are 5 ms apart or more; a clock of whole milliseconds may show 4.
  expect(b.heard.count).toBeLessThanOrEqual((performance.now() - from) / 4 + 2);
});

it('connects again when it is cut, and wakes its listeners then, as they may have missed one', async () => {
  const { wakeUp, heard } = await listening('cut-me');
  await database.pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'cut-me'",
  );
  await until(() => heard.count === 1);
  wakeUp.wake('some.channel');
  await until(() => heard.count === 2);
});
