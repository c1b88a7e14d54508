import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { NODE_ON_SOURCES } from '@wbiz/testing/node-on-sources';
import { embeddedStack, topicPrefix, until } from '@wbiz/testing/stack';
import type { KafkaClient } from '../kafka/kafka-client.js';
import { connect, keptLog, recordsOf } from '../kafka/kafka.samples.js';
import { SourceLog } from '../kafka/source-log.js';
import type { LogEvent } from '../message.js';
import { append, appendStream, freshSchema, logEvent, SCHEMA } from './outbox.samples.js';
import { follow } from './projection.js';
import { Projector } from './projector.js';
import type { RelayChild, RelayChildReport } from './relay-child.samples.js';
import { OutboxRelay } from './relay.js';

jest.setTimeout(40_000);

const PARTITIONS = 2;

let kafka: KafkaClient;
let database: Awaited<ReturnType<typeof freshSchema>>;
let topic: string;
const children: ChildProcess[] = [];
const running: { stop(): Promise<void> }[] = [];

beforeAll(() => {
  kafka = connect();
});
afterAll(() => kafka.close());
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const part of running.splice(0)) await part.stop();
  await database.drop();
});

async function freshLog() {
  database = await freshSchema();
  topic = `${topicPrefix()}events`;
  await kafka.ensureTopics([{ topic, partitions: PARTITIONS }]);
}

/** A relay in a child process; `reports` lists the states that it has reported. */
function relayProcess(ends?: RelayChild['ends']) {
  const child = fork(
    new URL('relay-child.samples.ts', import.meta.url),
    [
      JSON.stringify({
        databaseUrl: database.url,
        brokers: embeddedStack().brokers,
        schema: SCHEMA,
        topic,
        partitions: PARTITIONS,
        ends,
      } satisfies RelayChild),
    ],
    { execArgv: NODE_ON_SOURCES },
  );
  children.push(child);
  const reports: RelayChildReport[] = [];
  child.on('message', (report: RelayChildReport) => reports.push(report));
  return { child, reports };
}

async function relayHere() {
  const producer = kafka.producer();
  const { pool } = database;
  const relay = new OutboxRelay({
    ...{ pool, schema: SCHEMA, source: 'messaging', topic, partitions: PARTITIONS, logger: keptLog() },
    produce: (records) => producer.sendAll(records),
    log: new SourceLog(kafka, { topic, source: 'messaging' }),
  });
  running.push(relay, { stop: () => producer.close() });
  await relay.start();
  return relay;
}

/** By partition: all events on the log (`all`), and the events left after a reader drops duplicates. */
async function readLog() {
  const records = await recordsOf(kafka, topic);
  return Array.from({ length: PARTITIONS }, (_, partition) => {
    const all = records
      .filter((record) => record.partition === partition)
      .map(({ headers, value }) => logEvent({ headers, value: value! }));
    const { fresh, gap } = follow(partition, new Map(), all, 'reader');
    expect(gap).toBeUndefined();
    return { all, fresh };
  });
}

/** Expects that every event of the store was read once, with streams in order. */
async function expectAllOnceInOrder(fresh: readonly LogEvent[]) {
  const { rows } = await database.pool.query<{ id: string }>(`select id from ${SCHEMA}.events`);
  expect(fresh.map(({ id }) => id).sort()).toEqual(rows.map(({ id }) => id).sort());
  expect(fresh.map(({ sequence }) => sequence).sort((a, b) => a - b)).toEqual(
    rows.map((_, index) => index + 1),
  );
  const versions = new Map<string, number>();
  for (const { subject, data } of fresh as LogEvent<string, { version: number }>[]) {
    expect([subject, data.version]).toEqual([subject, (versions.get(subject) ?? 0) + 1]);
    versions.set(subject, data.version);
  }
}

/** The sessions that hold an advisory lock. */
const leaders = () =>
  database.pool
    .query<{ pid: number }>(
      `select pid from pg_locks where locktype = 'advisory' and granted
       and database = (select oid from pg_database where datname = current_database())`,
    )
    .then(({ rows }) => rows.map(({ pid }) => pid));

describe('a leader that freezes', () => {
  it('loses the lock; once thawed it repeats at most, and a reader sees each event once and in order', async () => {
    await freshLog();
    const { child, reports } = relayProcess();
    await until(() => reports.includes('leads'));
    const [frozenSession] = await leaders();

    let writing = true;
    const versions = [0, 0, 0, 0];
    const writers = versions.map(async (_, number) => {
      while (writing) {
        versions[number]! += 1;
        const stream = `stream-${number}`;
        await append(database.pool, { accountId: `acc_${number}`, stream, version: versions[number]! });
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    });
    await until(() => reports.filter((report) => report === 'publishing').length > 3);
    await once(child, 'message'); // the next batch is numbered, but not on the log yet
    child.kill('SIGSTOP');
    const stopped = Date.now();

    const successor = await relayHere();
    await until(() => successor.leader);
    expect(Date.now() - stopped).toBeLessThan(4_500);
    const before = versions[0]!;
    await until(() => versions[0]! > before + 20);
    reports.length = 0;
    child.kill('SIGCONT');
    await until(() => reports.includes('stands by'));
    const after = versions[0]!;
    await until(() => versions[0]! > after + 20);
    writing = false;
    await Promise.all(writers);
    await successor.head('acc_0');
    await until(async () => (await successor.status()).pending === 0);

    expect(successor.leader).toBe(true);
    expect(await leaders()).not.toContain(frozenSession);
    const log = await readLog();
    await expectAllOnceInOrder(log.flatMap(({ fresh }) => fresh));
    // The frozen leader's batch arrived late, after its successor's records.
    expect(
      log.some(({ all }) => all.some(({ sequence }, at) => at > 0 && sequence < all[at - 1]!.sequence)),
    ).toBe(true);
  });

  it('loses the lock also when it stops in the middle of reading a result', async () => {
    await freshLog();
    const { child } = relayProcess('frozen while reading');
    await once(child, 'message');
    expect(await leaders()).toHaveLength(1);
    await until(async () => (await leaders()).length === 0, { timeoutMs: 6_000 });
  });
});

describe('a leader that is killed', () => {
  it('between numbering and publishing: the next one publishes', async () => {
    await freshLog();
    await appendStream(database.pool, 'stream-1', 3);
    const { child } = relayProcess('killed before publishing');
    await once(child, 'exit');
    const numbered = await database.pool.query(`select from ${SCHEMA}.sequenced`);
    expect(numbered.rowCount).toBe(3);
    expect(await kafka.endOffsets(topic)).toEqual([0, 0]);

    const next = await relayHere();
    await appendStream(database.pool, 'stream-2', 2);
    await until(async () => (await next.status()).pending === 0);
    const log = await readLog();
    expect(log.flatMap(({ all }) => all)).toHaveLength(5);
    await expectAllOnceInOrder(log.flatMap(({ fresh }) => fresh));
  });

  it('between publishing and the mark: the next one finds them on the log, and a projection applies each once', async () => {
    await freshLog();
    await appendStream(database.pool, 'stream-1', 3);
    const { child } = relayProcess('killed after publishing');
    await once(child, 'exit');
    const next = await relayHere();
    await appendStream(database.pool, 'stream-2', 2);
    await until(async () => (await next.status()).pending === 0);

    const log = await readLog();
    expect(log.flatMap(({ all }) => all)).toHaveLength(3 + 2);
    const applied: string[] = [];
    const projector = new Projector({
      pool: database.pool,
      schema: SCHEMA,
      logger: keptLog(),
      projection: { name: 'reader', on: { 'message.sent': async ({ id }) => void applied.push(id) } },
    });
    // Handed over as a consumer does, in batches of one event.
    for (const [partition, { all }] of log.entries())
      for (const event of all) await projector.handle(partition, [event]);
    expect(applied).toHaveLength(5);
    expect(new Set(applied).size).toBe(5);
  });
});
