import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { topicPrefix, until } from '@wbiz/testing/stack';
import type { LogEvent } from '../message.js';
import { eventRecord } from '../postgres/event-record.js';
import { freshSchema, SCHEMA } from '../postgres/outbox.samples.js';
import type { Projection } from '../postgres/projection.js';
import { Projector } from '../postgres/projector.js';
import type { BatchingProducer, KafkaRecord } from './batching-producer.js';
import { ConsumerHealth } from './consumer-health.js';
import { EventConsumer } from './event-consumer.js';
import type { KafkaClient } from './kafka-client.js';
import { connect, keptLog } from './kafka.samples.js';

jest.setTimeout(30_000);

const PARTITIONS = 2;
let database: Awaited<ReturnType<typeof freshSchema>>;
let kafka: KafkaClient;
let producer: BatchingProducer;
let topic: string;
let log: ReturnType<typeof keptLog>;
let heads: number[];
let sequence: number;
const open: EventConsumer[] = [];

beforeAll(async () => {
  database = await freshSchema();
  await database.pool.query(`create table ${SCHEMA}.seen (id text primary key, partition int, sequence int)`);
});
beforeEach(async () => {
  log = keptLog();
  kafka = connect(log);
  producer = kafka.producer();
  topic = `${topicPrefix()}events`;
  heads = new Array<number>(PARTITIONS).fill(0);
  sequence = 0;
  await kafka.ensureTopics([{ topic, partitions: PARTITIONS }]);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((consumer) => consumer.close()));
  await producer.close();
  await kafka.close();
});
afterAll(() => database.drop());

/** The next event of the source `contacts`, as its relay would send it. */
function next(partition: number, type = 'contact.created', data = '{}'): KafkaRecord {
  sequence += 1;
  const row = {
    sequence,
    partition,
    previous: heads[partition]!,
    epoch: 1,
    id: `${topic}/${sequence}`,
    accountId: `acc_${partition}`,
    stream: 'cnt_1',
    type,
    data,
    traceparent: null,
    createdAt: new Date(),
  };
  heads[partition] = sequence;
  return eventRecord(row, { topic, source: 'contacts' });
}

async function consume(handle: (event: LogEvent) => void = () => undefined) {
  const health = new ConsumerHealth();
  const projection: Projection = {
    name: topic,
    on: {
      'contact.created': async (event, db) => {
        handle(event);
        await db.query(`insert into ${SCHEMA}.seen values ($1, $2, $3)`, [event.id, 0, event.sequence]);
      },
    },
  };
  const projector = new Projector({ pool: database.pool, schema: SCHEMA, projection, logger: log });
  const consumer = new EventConsumer({
    kafka,
    topic,
    groupId: `${topic}.projection`,
    projection,
    projector,
    health,
    logger: log,
  });
  open.push(consumer);
  await consumer.start();
  return { consumer, projector, status: () => health.statuses()[0]! };
}

const seen = async () => {
  const { rows } = await database.pool.query<{ sequence: number }>(
    `select sequence from ${SCHEMA}.seen where id like $1 || '/%' order by sequence`,
    [topic],
  );
  return rows.map((row) => row.sequence);
};
const committed = async () => {
  const offsets = await kafka.committedOffsets(`${topic}.projection`, topic);
  return offsets.reduce((sum, offset) => sum + Math.max(offset, 0), 0);
};

it('applies every event once, through a second member that comes and goes, and commits what is stored', async () => {
  const first = await consume();
  const send = async (count: number) => {
    for (let number = 0; number < count; number += 10)
      await producer.sendAll(Array.from({ length: 10 }, (_, index) => next(index % PARTITIONS)));
  };
  await send(200);
  const sending = send(400);
  const second = await consume();
  await send(200);
  await second.consumer.close();
  await sending;
  await until(async () => (await seen()).length === 800);
  expect(await seen()).toEqual(Array.from({ length: 800 }, (_, index) => index + 1));
  await until(async () => (await committed()) === 800);
  expect(first.status()).toMatchObject({ state: 'running', lag: 0 });
});

it('commits nothing that only memory knows, but leaves nothing uncommitted when it closes', async () => {
  const { consumer, projector } = await consume();
  await producer.sendAll([next(0), next(1)]);
  await until(async () => (await committed()) === 2);
  await producer.sendAll([next(0, 'tag.created'), next(1, 'tag.created'), next(1, 'tag.created')]);
  await until(() => projector.status().partitions.some(({ sequence: seen }) => seen === 5));
  expect(
    projector
      .status()
      .partitions.map(({ persisted }) => persisted)
      .sort(),
  ).toEqual([1, 2]);
  expect(await committed()).toBe(2);
  await consumer.close();
  expect(await committed()).toBe(5);
});

it('halts for good at a gap, tells, and lives', async () => {
  const { status } = await consume();
  await producer.sendAll([next(0), next(0)]);
  await until(async () => (await seen()).length === 2);
  next(0); // gets lost
  await producer.sendAll([next(0), next(1)]);
  await until(() => status().state === 'halted');
  expect(status().reason).toMatch(/event 4 .* follows 3/);
  expect(log.entries).toContainEqual(
    expect.objectContaining({ level: 'error', message: 'the projection is halted' }),
  );
  const lastAlive = status().lastAliveAt;
  await producer.sendAll([next(1)]);
  await until(() => status().lastAliveAt > lastAlive + 1_000); // the member goes on being one
  expect((await seen()).filter((number) => number > 5)).toEqual([]);
  expect(await committed()).toBeLessThanOrEqual(3);
});

it('tries again for as long as a handler fails', async () => {
  let failing = 4;
  const { status } = await consume(() => {
    if (failing-- > 0) throw new TypeError('not yet');
  });
  await producer.sendAll([next(0), next(0)]);
  await until(() => status().state === 'waiting');
  await until(async () => (await seen()).length === 2);
  expect(failing).toBeLessThan(0);
  await until(() => status().state === 'running');
});

it('passes over what is no event, and halts at an event it cannot read', async () => {
  const { status } = await consume();
  await producer.send({ topic, partition: 0, key: null, headers: { hello: 'world' }, value: 'hi' });
  await producer.sendAll([next(0), next(0, 'tag.created', 'not read, so not parsed'), next(0)]);
  await until(async () => (await seen()).length === 2);
  expect(log.entries).toContainEqual(
    expect.objectContaining({ message: 'a record is no event; passed over' }),
  );
  await producer.sendAll([next(0, 'contact.created', '{"broken":')]);
  await until(() => status().state === 'halted');
  expect(status().reason).toContain('offset 4 is no JSON');
});
