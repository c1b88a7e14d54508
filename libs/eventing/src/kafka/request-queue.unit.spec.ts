import { createRequire } from 'node:module';
import { expect, it } from '@jest/globals';
import { quietenRequestQueues } from './request-queue.js';

const load = createRequire(import.meta.url);
type Queue = {
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  push(request: object): void;
};
const nothing = () => undefined;

function queue(): Queue {
  quietenRequestQueues();
  const RequestQueue = load('kafkajs/src/network/requestQueue') as new (options: object) => Queue;
  return new RequestQueue({
    maxInFlightRequests: 1,
    requestTimeout: 1_000,
    clientId: 'spec',
    broker: 'spec',
    logger: { debug: nothing, warn: nothing, error: nothing },
  });
}
const request = (correlationId: number, sendRequest: () => void) => ({
  entry: { correlationId, apiKey: 0, apiVersion: 0, apiName: 'spec', resolve: nothing, reject: nothing },
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
