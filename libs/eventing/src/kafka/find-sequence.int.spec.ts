import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { topicPrefix } from '@wbiz/testing/stack';
import { eventRecord } from '../postgres/event-record.js';
import { findSequence } from './find-sequence.js';
import type { KafkaClient } from './kafka-client.js';
import { connect } from './kafka.samples.js';

jest.setTimeout(60_000);

const topic = `${topicPrefix()}events`;
let kafka: KafkaClient;
beforeAll(async () => {
  kafka = connect();
  await kafka.ensureTopics([{ topic, partitions: 2 }]);
  const producer = kafka.producer();
  // Events of contacts have even sequence numbers and fill the first two thirds; their sizes vary from a few
  // bytes to many.
  const record = (source: string, sequence: number) =>
    eventRecord(
      {
        sequence,
        partition: 1,
        previous: 0,
        epoch: 1,
        id: `${sequence}`,
        accountId: 'acc_1',
        stream: 'cnt_1',
        type: 'contact.created',
        data: JSON.stringify('x'.repeat(sequence % 7 ? 10 : 9_000)),
        traceparent: null,
        createdAt: new Date(),
      },
      { topic, source },
    );
  for (let number = 0; number < 900; number += 1)
    await producer.sendAll([
      record('messaging', number + 1),
      ...(number < 600 ? [record('contacts', 2 * number + 2)] : []),
    ]);
  await producer.close();
});
afterAll(() => kafka.close());

const find = (source: string, sequence: number, { partition = 1, epoch = 1 } = {}) =>
  findSequence(kafka, { topic, partition, source, epoch, sequence, signal: AbortSignal.timeout(30_000) });

it('finds where an event stands, or the next one after it', async () => {
  expect(await find('messaging', 1)).toBe(0);
  expect(await find('contacts', 1)).toBe(1);
  expect(await find('contacts', 2)).toBe(1);
  expect(await find('contacts', 801)).toBe(801);
  expect(await find('contacts', 802)).toBe(801);
  expect(await find('contacts', 1_200)).toBe(1_199);
  expect(await find('messaging', 601)).toBe(1_200);
  expect(await find('messaging', 900)).toBe(1_499);
});

it('finds nothing where there is nothing as late', async () => {
  expect(await find('contacts', 1_201)).toBeUndefined();
  expect(await find('contacts', 1, { epoch: 2 })).toBeUndefined();
  expect(await find('templates', 1)).toBeUndefined();
  expect(await find('contacts', 2, { partition: 0 })).toBeUndefined();
});
