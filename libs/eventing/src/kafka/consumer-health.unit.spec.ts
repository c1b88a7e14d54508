import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { ConsumerHealth, watchConsumers, type ConsumerStatus } from './consumer-health.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function watched({ brokerAnswers = () => true }: { brokerAnswers?: () => boolean } = {}) {
  const health = new ConsumerHealth();
  const consumer = health.add('group');
  const dead: string[] = [];
  const stop = watchConsumers({
    health,
    ping: async () => brokerAnswers(),
    onDead: ({ name: found }) => dead.push(found),
  });
  const pass = async (seconds: number, each: (status: ConsumerStatus) => void = () => undefined) => {
    for (let second = 0; second < seconds; second += 1) {
      each(consumer);
      await jest.advanceTimersByTimeAsync(1_000);
    }
  };
  return { consumer, dead, pass, stop };
}
const alive = (status: ConsumerStatus) => {
  status.lastAliveAt = Date.now();
};

it('calls a consumer dead, once, that shows no life for 30 s while the broker answers', async () => {
  const { dead, pass } = watched();
  await pass(60, alive);
  await pass(29);
  expect(dead).toEqual([]);
  await pass(60);
  expect(dead).toEqual(['group']);
});

it('has patience while the broker is away, and 30 s more', async () => {
  let up = false;
  const { dead, pass, consumer } = watched({ brokerAnswers: () => up });
  await pass(600);
  expect(dead).toEqual([]);
  up = true;
  await pass(25);
  expect(dead).toEqual([]);
  alive(consumer);
  await pass(25);
  expect(dead).toEqual([]);
  await pass(10);
  expect(dead).toEqual(['group']);
});

it('does not take for dead what stood still together with the process', async () => {
  const { dead, pass } = watched();
  await pass(10, alive);
  jest.setSystemTime(Date.now() + 3_600_000);
  await pass(20);
  expect(dead).toEqual([]);
});

it('does not watch a consumer that was closed, but one that is halted or waits', async () => {
  const closed = watched();
  closed.consumer.state = 'closed';
  await closed.pass(100);
  expect(closed.dead).toEqual([]);
  const halted = watched();
  halted.consumer.state = 'halted';
  await halted.pass(100);
  expect(halted.dead).toEqual(['group']);
});

it('stops when told to', async () => {
  const { dead, pass, stop } = watched();
  stop();
  await pass(100);
  expect(dead).toEqual([]);
});
