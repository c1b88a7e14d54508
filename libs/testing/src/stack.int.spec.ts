import { expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { embeddedStack, freshDatabase, topicPrefix, until } from './stack.js';

it('gives every suite a database of its own', async () => {
  const [one, other] = await Promise.all([freshDatabase(), freshDatabase()]);
  const clients = [one, other].map(({ url }) => new pg.Client({ connectionString: url }));
  try {
    for (const client of clients) {
      client.on('error', () => undefined); // drop() cuts the connection
      await client.connect();
      await client.query('create table mine (id int)');
    }
  } finally {
    await Promise.all([one.drop(), other.drop()]);
  }
  const gone = new pg.Client({ connectionString: one.url });
  await expect(gone.connect()).rejects.toThrow('does not exist');
});

it('reaches a broker that makes topics', async () => {
  const kafka = new Kafka({ brokers: embeddedStack().brokers, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const topic = `${topicPrefix()}probe`;
  await admin.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: true });
  expect(await admin.listTopics()).toContain(topic);
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
});

it('waits for a condition, and says what it waited for in vain', async () => {
  let asked = 0;
  expect(await until(() => (++asked > 2 ? `asked ${asked}` : undefined))).toBe('asked 3');
  const never = until(() => Promise.reject(new Error('connection refused')), {
    timeoutMs: 50,
    describe: 'a reply',
  });
  await expect(never).rejects.toThrow('Waited 0.05 s for: a reply. Last seen: connection refused');
});
