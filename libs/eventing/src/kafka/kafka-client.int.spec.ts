import { afterAll, expect, it, jest } from '@jest/globals';
import { freePort, topicPrefix } from '@wbiz/testing/stack';
import { partitionOf } from '../partition.js';
import { connectKafka } from './kafka-client.js';
import { connect, keptLog, recordsOf } from './kafka.samples.js';

jest.setTimeout(30_000);

const prefix = topicPrefix();
const kafka = connect();
afterAll(() => kafka.close());

it('makes topics once and insists on their number of partitions', async () => {
  const topic = `${prefix}made`;
  await kafka.ensureTopics([{ topic, partitions: 3, config: { 'retention.ms': '-1' } }]);
  await kafka.ensureTopics([{ topic, partitions: 3 }]);
  expect(await kafka.partitionsOf(topic)).toBe(3);
  await expect(kafka.ensureTopics([{ topic, partitions: 6 }])).rejects.toThrow(
    `${topic} has 3 partitions and not 6`,
  );
});

it('sends 2,000 records in far fewer requests, in order, each with its headers', async () => {
  const topic = `${prefix}batched`;
  await kafka.ensureTopics([{ topic, partitions: 4 }]);
  const producer = kafka.producer();
  const keys = Array.from({ length: 40 }, (_, index) => `acc_${index}`);
  const sends: Promise<void>[] = [];
  for (let index = 0; index < 2_000; index += 1) {
    const key = keys[index % keys.length]!;
    sends.push(producer.send({ topic, key, headers: { number: String(index) }, value: `${index}` }));
    if (index % 50 === 0) await new Promise(setImmediate);
  }
  await Promise.all(sends);
  expect(producer.sent.records).toBe(2_000);
  expect(producer.sent.requests).toBeLessThan(100);
  await producer.close();

  const records = await recordsOf(kafka, topic);
  expect(records).toHaveLength(2_000);
  for (const key of keys) {
    const numbers = records
      .filter((record) => record.key === key)
      .map(({ headers }) => Number(headers['number']));
    expect(numbers).toEqual(Array.from({ length: 50 }, (_, index) => keys.indexOf(key) + index * 40));
  }
  for (const { key, partition } of records) expect(partition).toBe(partitionOf(key!, 4));
  expect((await kafka.endOffsets(topic)).reduce((sum, offset) => sum + offset, 0)).toBe(2_000);
});

it('goes on after a record the broker does not take', async () => {
  const topic = `${prefix}limited`;
  await kafka.ensureTopics([{ topic, partitions: 1, config: { 'max.message.bytes': '1000' } }]);
  const producer = kafka.producer();
  const record = (value: string) => ({ topic, key: null, headers: {}, value });
  await producer.send(record('before'));
  await expect(producer.send(record('x'.repeat(2_000)))).rejects.toThrow('larger than the max message size');
  await producer.send(record('after'));
  await producer.close();
  expect((await recordsOf(kafka, topic)).map(({ value }) => value)).toEqual(['before', 'after']);
});

it('tells whether a broker answers', async () => {
  expect(await kafka.ping()).toBe(true);
  const brokers = [`127.0.0.1:${await freePort()}`];
  const nowhere = connectKafka({ brokers, clientId: 'spec', logger: keptLog() });
  expect(await nowhere.ping()).toBe(false);
  await nowhere.close();
});
