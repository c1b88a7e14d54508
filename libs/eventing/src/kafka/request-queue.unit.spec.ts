import { createRequire } from 'node:module';
import { afterEach, expect, it, jest } from '@jest/globals';
import { quietenRequestQueues } from './request-queue.js';

const load = createRequire(import.meta.url);
type Queue = {
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  push(request: object): void;
  scheduleRequestTimeoutCheck(): void;
  destroy(): void;
};
const nothing = () => undefined;

afterEach(() => void jest.useRealTimers());

function queue(): Queue {
  quietenRequestQueues();
  const RequestQueue = load('kafkajs/src/network/requestQueue') as new (options: object) => Queue;
  return new RequestQueue({
    maxInFlightRequests: 1,
    requestTimeout: 3_000,
    enforceRequestTimeout: true,
    clientId: 'spec',
    broker: 'spec',
    logger: { debug: nothing, warn: nothing, error: nothing },
  });
}
const request = (
  correlationId: number,
  sendRequest: () => void,
  reject: (error: Error) => void = nothing,
) => ({
  entry: { correlationId, apiKey: 0, apiVersion: 0, apiName: 'spec', resolve: nothing, reject },
  expectResponse: true,
  sendRequest,
});

it('sets no timer while nothing waits', () => {
  const empty = queue();
  empty.checkPendingRequests();
  expect(empty.throttleCheckTimeoutId).toBeNull();
});

it('sends what waited once the broker lets it', async () => {
  const throttled = queue();
  throttled.throttledUntil = Date.now() + 20;
  const sent: number[] = [];
  await new Promise<void>((resolve) => {
    throttled.push(
      request(1, () => {
        sent.push(Date.now());
        resolve();
      }),
    );
    expect(sent).toEqual([]);
  });
  expect(sent[0]).toBeGreaterThanOrEqual(throttled.throttledUntil);
});

it('gives up a request without an answer, of whatever connection, within a second after its time', async () => {
  jest.useFakeTimers();
  const failed: [string, number, string][] = [];
  const queues = ['one', 'other'].map((name) => {
    const made = queue();
    made.scheduleRequestTimeoutCheck();
    made.push(request(1, nothing, ({ message }) => failed.push([name, Date.now() - from, message])));
    return made;
  });
  const from = Date.now();
  expect(jest.getTimerCount()).toBe(1);
  await jest.advanceTimersByTimeAsync(3_000);
  expect(failed).toEqual([]);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(failed.map(([name, after]) => [name, after])).toEqual([
    ['one', 4_000],
    ['other', 4_000],
  ]);
  expect(failed[0]![2]).toContain('timed out');
  queues.forEach((one) => one.destroy());
  expect(jest.getTimerCount()).toBe(0);
});

it('looks again for late requests of a connection that comes back', async () => {
  jest.useFakeTimers();
  const back = queue();
  back.scheduleRequestTimeoutCheck();
  back.destroy();
  back.scheduleRequestTimeoutCheck();
  const failed: Error[] = [];
  back.push(request(1, nothing, (error) => failed.push(error)));
  await jest.advanceTimersByTimeAsync(4_000);
  expect(failed).toHaveLength(1);
  back.destroy();
});
