import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { StoreUnderTest } from '@wbiz/service-testing/store-under-test';
import { messagingStore } from '../messaging.harness.js';
import { sendText } from './message.samples.js';
import { sendFacts } from './send-facts.js';

let database: StoreUnderTest;
beforeAll(async () => {
  database = await messagingStore();
});
afterAll(() => database.close());

it('fails for the one send that Postgres refuses, not for the others of its batch', async () => {
  const factsOf = sendFacts(database.pool, { template: async () => null, optedOut: async () => false });
  const settled = await Promise.allSettled(
    Array.from({ length: 60 }, (_, n) =>
      factsOf({
        ...sendText({}, n === 7 ? { replyTo: 'msg_\u0000' } : {}),
        id: `cmd_${n}`,
        accountId: 'acc_1',
      }),
    ),
  );
  expect(settled.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))).toEqual([7]);
  expect(settled[7]).toMatchObject({ reason: { code: '22021' } });
});
