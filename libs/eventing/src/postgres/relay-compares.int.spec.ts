import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { topicPrefix, until } from '@wbiz/testing/stack';
import type { BatchingProducer, KafkaRecord } from '../kafka/batching-producer.js';
import { ConsumerHealth } from '../kafka/consumer-health.js';
import { EventConsumer } from '../kafka/event-consumer.js';
import type { KafkaClient } from '../kafka/kafka-client.js';
import { connect, keptLog, recordsOf } from '../kafka/kafka.samples.js';
import { SourceLog } from '../kafka/source-log.js';
import type { LogEvent } from '../message.js';
import { partitionOf } from '../partition.js';
import { append, freshSchema, SCHEMA } from './outbox.samples.js';
import { Projector } from './projector.js';
import type { LogMark } from './sequencer.js';
import { OutboxRelay, type OnCompared, type RelayOptions } from './relay.js';

jest.setTimeout(30_000);

const PARTITIONS = 2;
/** One account for each partition. */
const ACCOUNTS = Array.from({ length: PARTITIONS }, (_, partition) =>
  Array.from({ length: 50 }, (_unused, n) => `acc_${n}`).find(
    (id) => partitionOf(id, PARTITIONS) === partition,
  )!,
);

let kafka: KafkaClient;
let producer: BatchingProducer;
let database: Awaited<ReturnType<typeof freshSchema>>;
let log: ReturnType<typeof keptLog>;
let topic: string;
let versions: number;
const running: { stop(): Promise<void> }[] = [];

beforeEach(async () => {
  log = keptLog();
  kafka = connect(log);
  producer = kafka.producer();
  database = await freshSchema();
  topic = await freshTopic();
  versions = 0;
});
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.stop();
  await producer.close();
  await kafka.close();
  await database.drop();
});

async function freshTopic() {
  const made = `${topicPrefix()}events`;
  await kafka.ensureTopics([{ topic: made, partitions: PARTITIONS }]);
  return made;
}

/** Starts the source's relay; resolves once it leads. `reads()` returns how often it has read the log. */
async function source(more: Partial<RelayOptions> = {}) {
  let reads = 0;
  const seen: KafkaClient = {
    ...kafka,
    consume: (options) => {
      reads += 1;
      return kafka.consume(options);
    },
  };
  const relay = new OutboxRelay({
    ...{
      pool: database.pool,
      schema: SCHEMA,
      source: 'messaging',
      topic,
      partitions: PARTITIONS,
      logger: log,
    },
    produce: (records) => producer.sendAll(records),
    log: new SourceLog(seen, { topic, source: 'messaging' }),
    ...more,
  });
  running.push(relay);
  await relay.start();
  await until(() => relay.leader);
  const published = () => until(async () => (await relay.status()).pending === 0);
  return { stop: () => relay.stop(), published, reads: () => reads };
}

/** The versions of the events that a projection has applied. */
async function reader() {
  const applied: number[] = [];
  const projection = {
    name: 'reader',
    on: {
      'message.sent': async ({ data }: LogEvent<string, { version: number }>) =>
        void applied.push(data.version),
    },
  };
  const projector = new Projector({ pool: database.pool, schema: SCHEMA, projection, logger: log });
  const health = new ConsumerHealth();
  const groupId = `${topic}.reader`;
  const consumer = new EventConsumer({ kafka, topic, groupId, projection, projector, health, logger: log });
  await consumer.start();
  const stop = () => consumer.close();
  running.push({ stop });
  return { applied, stop };
}

/** Appends an event to the account of each given partition; the event's version identifies it. */
async function happened(...partitions: number[]) {
  for (const partition of partitions) {
    versions += 1;
    await append(database.pool, { accountId: ACCOUNTS[partition]!, stream: 'msg', version: versions });
  }
}

/**
 * Deletes the last commits, as after a failover to a standby that lacks them; `mark` is the mark stored at that time.
 */
const loseAfter = (sequence: number, mark: LogMark | null = null) =>
  database.pool.query(`
    delete from ${SCHEMA}.events where position in (select position from ${SCHEMA}.sequenced where sequence > ${sequence});
    delete from ${SCHEMA}.sequenced where sequence > ${sequence};
    delete from ${SCHEMA}.sequencer_heads where partition not in (select partition from ${SCHEMA}.sequenced);
    update ${SCHEMA}.sequencer_heads h
      set sequence = (select max(sequence) from ${SCHEMA}.sequenced s where s.partition = h.partition);
    update ${SCHEMA}.sequencer set last_sequence = ${sequence}, published = ${sequence},
      log_mark = ${mark ? `'${JSON.stringify(mark)}'` : 'null'};`);

/** Resolves to the first stored mark that covers all events up to `sequence`. */
const marked = (sequence: number) =>
  until(async () => {
    const { rows } = await database.pool.query<{ log_mark: LogMark }>(
      `select log_mark from ${SCHEMA}.sequencer where log_mark->>'sequence' = $1`,
      [String(sequence)],
    );
    return rows[0]?.log_mark;
  });

const alarms = () => log.entries.filter(({ fields }) => fields['alarm']).map(({ message }) => message);
const own = async () =>
  (await recordsOf(kafka, topic)).filter(({ headers }) => headers['ce_source'] === 'messaging');
const numbers = async (partition: number) =>
  (await own())
    .filter((record) => record.partition === partition)
    .map(({ headers: { ce_epoch, ce_sequence, ce_previous } }) =>
      [ce_epoch, ce_sequence, ce_previous].map(Number),
    );

it('tells of each comparison before it numbers, and first of lost commits; again where that failed', async () => {
  const told: string[] = [];
  let faults = 0;
  const tell = (what: string) => async (session: Parameters<OnCompared['done']>[0]) => {
    const { rows } = await session.query<{ last: string }>(
      `select last_sequence as last from ${SCHEMA}.sequencer`,
    );
    told.push(`${what} ${rows[0]!.last}`);
    if (faults-- > 0) throw new Error('not yet');
  };
  const onCompared = { lost: tell('lost'), done: tell('done') };
  const first = await source({ onCompared });
  await happened(0, 1, 0);
  await first.published();
  await first.stop();
  expect(told.splice(0)).toEqual(['done 0']);

  await loseAfter(1);
  faults = 2;
  await (await source({ onCompared })).published();
  expect(told).toEqual(['lost 1', 'lost 1', 'lost 1', 'done 3']);
});

it('begins a new epoch behind the log where the database has lost commits, and readers miss nothing', async () => {
  const { applied } = await reader();
  const first = await source({ markMs: 50 });
  await happened(0, 0, 0);
  let mark = await marked(3);
  await happened(0, 1, 1);
  await first.published();
  await until(() => applied.length === 6);
  await first.stop();

  await loseAfter(3, mark); // no event of partition 1 is left
  await happened(0);
  const second = await source({ markMs: 50 });
  mark = await marked(7);
  await happened(1);
  await second.published();
  await until(() => applied.length === 8);
  await second.stop();

  await loseAfter(7, mark);
  await happened(1, 0);
  await (await source()).published();
  await until(() => applied.length === 10);

  expect(applied.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(await numbers(0)).toEqual([
    ...[
      [1, 1, 0],
      [1, 2, 1],
      [1, 3, 2],
      [1, 4, 3],
    ],
    ...[
      [2, 7, 3],
      [3, 10, 7],
    ],
  ]);
  expect(await numbers(1)).toEqual([
    [1, 5, 0],
    [1, 6, 5],
    [2, 8, 0],
    [3, 9, 0],
  ]);
  const lost = 'relay: the database lacks events that are on the log; continuing after them in a new epoch';
  expect(alarms().filter((message) => message === lost)).toHaveLength(2);
});

it('goes up by one in a partition that had no event in an epoch', async () => {
  const { applied } = await reader();
  for (const round of [1, 2, 3]) {
    const leader = await source();
    await happened(...(round === 1 ? [0, 1, 1] : [1, 1]));
    await leader.published();
    await leader.stop();
    await loseAfter(round * 2);
  }
  const leader = await source();
  await happened(0);
  await leader.published();
  await until(() => applied.length === 8);
  expect((await numbers(0)).map(([epoch]) => epoch)).toEqual([1, 2]);
  expect((await numbers(1)).map(([epoch]) => epoch)).toEqual([1, 1, 2, 2, 3, 3]);
});

it('publishes again what the log has lost, before anything new', async () => {
  const former = await source();
  const early = await reader();
  await happened(0, 1, 0);
  await until(() => early.applied.length === 3);
  await early.stop();
  await happened(1, 0, 1);
  await former.published();
  await former.stop();

  topic = await freshTopic();
  await happened(0, 1);
  const leader = await source();
  await leader.published();
  const late = await reader();
  await until(() => late.applied.length === 5);
  expect([...early.applied, ...late.applied].toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(await numbers(0)).toEqual([
    [1, 1, 0],
    [1, 3, 1],
    [1, 5, 3],
    [1, 7, 5],
  ]);
  expect(alarms()).toEqual([
    'relay: the log lacks events that were published; publishing them again before any other',
  ]);
});

it('publishes only what is missing where the end of a log was cut off and others have written since', async () => {
  const former = await source();
  await happened(0, 1, 0, 1, 0, 1);
  await former.published();
  await former.stop();
  const marking = await source();
  await marked(6);
  await marking.stop();
  const copies = (await own()) as (KafkaRecord & { partition: number })[];

  topic = await freshTopic();
  await producer.sendAll([
    ...copies
      .filter(({ headers }) => Number(headers['ce_sequence']) <= 3)
      .map((copy) => ({ ...copy, topic })),
    ...Array.from({ length: 20 }, (_, n) => ({
      ...{ topic, partition: n % PARTITIONS, key: 'k', value: '{}' },
      headers: { ...copies[0]!.headers, ce_source: 'contacts', ce_sequence: '900' },
    })),
  ]);
  await database.pool.query(
    `update ${SCHEMA}.sequencer set log_mark = jsonb_set(log_mark::jsonb, '{at}', to_jsonb($1::bigint))::json`,
    [Date.now() - 60_000],
  );
  await happened(0);
  await (await source()).published();
  expect((await own()).map(({ headers }) => Number(headers['ce_sequence'])).toSorted()).toEqual([
    1, 2, 3, 4, 5, 6, 7,
  ]);
  expect(alarms()).toHaveLength(1);
});

it.each([0, 2])(
  'notices a cut to %d events while it leads, and publishes what is missing again',
  async (kept) => {
    const { applied } = await reader();
    const [whole, cut] = [topic, await freshTopic()];
    let current = whole;
    const logs = new Map(
      [whole, cut].map((name) => [name, new SourceLog(kafka, { topic: name, source: 'messaging' })]),
    );
    const leader = await source({
      markMs: 100,
      log: {
        look: (mark) => logs.get(current)!.look(mark),
        held: (...from) => logs.get(current)!.held(...from),
      },
      produce: (records) => producer.sendAll(records.map((record) => ({ ...record, topic: current }))),
    });
    await happened(0, 0, 0, 0);
    await marked(4);
    await until(() => applied.length === 4);
    const copies = (await own()) as (KafkaRecord & { partition: number })[];
    await producer.sendAll(copies.slice(0, kept).map((copy) => ({ ...copy, topic: cut })));
    topic = current = cut;
    await happened(0); // published before or after the relay notices that the log was cut
    const found = async () => new Set((await numbers(0)).map(([, sequence]) => sequence));
    await until(async () => (await found()).size === 5);
    await leader.published();
    expect([...(await found())].toSorted()).toEqual([1, 2, 3, 4, 5]);
    expect(alarms()).toEqual([
      'relay: the log lacks events that were published; publishing them again before any other',
    ]);
  },
);

it('reads only what came since the last mark, and nothing where nothing came', async () => {
  const former = await source();
  await happened(0, 1, 0, 1);
  await former.published();
  await former.stop();
  const again = await source();
  await marked(4);
  await again.stop();
  expect(again.reads()).toBe(1);
  const third = await source();
  expect(third.reads()).toBe(0);
  await happened(0);
  await third.published();
  expect((await numbers(0)).at(-1)).toEqual([1, 5, 3]);
  expect(alarms()).toEqual([]);
});

it('does not let one record with a later epoch silence a source', async () => {
  const { applied } = await reader();
  const leader = await source();
  await happened(0);
  await until(() => applied.length === 1);
  const [event] = (await own()) as (KafkaRecord & { partition: number })[];
  await producer.sendAll(
    ['3', '10000', '2000000000'].map((ce_epoch) => ({
      ...event!,
      topic,
      headers: { ...event!.headers, ce_epoch, ce_sequence: '5' },
    })),
  );
  await happened(0, 1);
  await until(() => applied.length === 3);
  expect(alarms().filter((message) => message.includes('not the next of its source'))).toHaveLength(2);
  await leader.stop();
  await happened(0);
  await source();
  await until(() => applied.length === 4);
  expect((await numbers(0)).at(-1)).toEqual([1, 4, 2]);
});
