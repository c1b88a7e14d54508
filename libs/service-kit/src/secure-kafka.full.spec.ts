import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { ConsumerHealth } from '@wbiz/eventing/kafka/consumer-health';
import { connectKafka } from '@wbiz/eventing/kafka/kafka-client';
import { until } from '@wbiz/testing/stack';
import { createLogger } from './logging.js';
import { secureKafka } from './secure-kafka.samples.js';

jest.setTimeout(180_000);
const NAME = 'wbiz-operator';
let secure: Awaited<ReturnType<typeof secureKafka>>;
const ends: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  secure = await secureKafka([NAME], { above: [NAME] });
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
  await secure.close();
});

it('goes on past the end of sessions: it proves itself anew, and nobody waits for that', async () => {
  const kafka = connectKafka({
    brokers: [secure.sasl],
    ssl: { ca: secure.ca },
    sasl: { mechanism: 'scram-sha-512', username: NAME, password: NAME },
    clientId: 'spec',
    logger: createLogger({ service: 't', replica: 't', level: 'warn' }),
  });
  ends.push(() => kafka.close());
  await kafka.ensureTopics([{ topic: 'long', partitions: 1 }]);
  const producer = kafka.producer();
  const read: number[] = [];
  const consumer = kafka.consume({
    topics: ['long'],
    groupId: 'long',
    status: new ConsumerHealth().add('long'),
    eachBatch: async (batch) => {
      read.push(...batch.records.map(({ value }) => Number(value)));
      batch.done(batch.end);
    },
  });
  ends.push(
    () => producer.close(),
    () => consumer.close(),
  );
  await consumer.start();
  const sent: number[] = [];
  let slowest = 0;
  for (const end = Date.now() + 3.3 * secure.sessionMs; Date.now() < end; await delay(200)) {
    const began = Date.now();
    await producer.send({ topic: 'long', key: 'key', value: Buffer.from(String(sent.length)), headers: {} });
    sent.push(sent.length);
    slowest = Math.max(slowest, Date.now() - began);
  }
  await until(() => read.length >= sent.length);
  expect(read).toEqual(sent);
  expect(slowest).toBeLessThan(2_000);
});
