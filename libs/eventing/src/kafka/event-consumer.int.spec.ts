import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { topicPrefix, until } from '@wbiz/testing/stack';
import type { LogEvent } from '../message.js';
import { eventRecord } from '../postgres/event-record.js';
import { freshSchema, SCHEMA } from '../postgres/outbox.samples.js';
import type { Projection } from '../postgres/projection.js';
import { Projector } from '../postgres/projector.js';
import { WakeUp } from '../postgres/wake-up.js';
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
const wakeUps: WakeUp[] = [];

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
  await Promise.all(wakeUps.splice(0).map((wakeUp) => wakeUp.stop()));
  await producer.close();
  await kafka.close();
});
afterAll(() => database.drop());

/** The next event of the source `contacts`, as its relay would send it. */
function next(
  partition: number,
  { type = 'contact.created', data = '{}', accountId = `acc_${partition}` } = {},
): KafkaRecord {
  sequence += 1;
  const row = {
    sequence,
    partition,
    previous: heads[partition]!,
    epoch: 1,
    id: `${topic}/${sequence}`,
    accountId,
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
  const { pool } = database;
  const wakeUp = new WakeUp({ pool, logger: log, name: 'spec' });
  const projector = new Projector({ pool, schema: SCHEMA, projection, logger: log, wakeUp });
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
  wakeUp.start();
  wakeUps.push(wakeUp);
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

/** Copies of the projection's tables, as in a backup. */
const saved = async () =>
  Promise.all(
    ['checkpoints', 'parked', 'seen'].map(async (table) => ({
      table,
      rows: (await database.pool.query<object>(`select * from ${SCHEMA}.${table}`)).rows,
    })),
  );
const restore = async (backup: Awaited<ReturnType<typeof saved>>) => {
  for (const { table, rows } of backup) {
    await database.pool.query(`truncate ${SCHEMA}.${table}`);
    await database.pool.query(
      `insert into ${SCHEMA}.${table} overriding system value select * from json_populate_recordset(null::${SCHEMA}.${table}, $1)`,
      [JSON.stringify(rows)],
    );
  }
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

it('gathers events of others, and reads at once again after one of its own', async () => {
  const { projector } = await consume();
  const handle = jest.spyOn(projector, 'handle');
  const readOf = (type: string) =>
    handle.mock.calls.map(([, events]) => events.filter((event) => event.type === type).length);
  const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  let sent = 0;
  const sendEach = async (type: string, until: () => boolean) => {
    for (; !until(); sent += 1) await Promise.all([producer.send(next(0, { type })), delay(10)]);
  };
  const begun = Date.now();
  await sendEach('contact.merged', () => Date.now() - begun > 1_500);
  handle.mockClear();
  const before = sent;
  await sendEach('contact.merged', () => sent - before === 60);
  await sendEach('contact.created', () => sent - before === 61);
  await until(async () => (await seen()).length === 1);
  const gathered = readOf('contact.merged').filter((count) => count > 0);
  expect(total(gathered) / gathered.length).toBeGreaterThan(3);
  handle.mockClear();
  await sendEach('contact.merged', () => sent - before === 81);
  await until(() => total(readOf('contact.merged')) === 20);
  expect(readOf('contact.merged').length).toBeGreaterThan(10);
});

it('commits nothing that only memory knows, but leaves nothing uncommitted when it closes', async () => {
  const { consumer, projector } = await consume();
  await producer.sendAll([next(0), next(1)]);
  await until(async () => (await committed()) === 2);
  await producer.sendAll([
    next(0, { type: 'tag.created' }),
    next(1, { type: 'tag.created' }),
    next(1, { type: 'tag.created' }),
  ]);
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

const alarms = () =>
  log.entries.filter(({ fields }) => fields['alarm'] === true).map(({ message }) => message);

it('halts a partition at a gap that is one on the log too, tells, and lives; a rewind makes it go on', async () => {
  const { status, projector } = await consume();
  await producer.sendAll([next(0), next(0)]);
  await until(async () => (await seen()).length === 2);
  const lost = next(0);
  const behind = next(0);
  await producer.sendAll([behind, next(1)]);
  await until(() => status().state === 'halted');
  expect(status().reason).toMatch(/event 4 .* follows 3/);
  expect(alarms()).toEqual(['event consumer: the missing event was not found; the partition is halted']);
  const lastAlive = status().lastAliveAt;
  await producer.sendAll([next(1), next(0)]);
  await until(() => status().lastAliveAt > lastAlive + 1_000); // the halted consumer still heartbeats
  expect(await seen()).toEqual([1, 2, 5, 6]);
  expect(status().state).toBe('halted');
  const halted = async () => (await projector.positions()).get(0)!.halted;
  expect(await halted()).toBe(status().reason);

  await producer.sendAll([lost, behind, next(0)]);
  expect(await projector.rewind(0, 4)).toBe(true);
  await until(async () => (await seen()).length === 8);
  expect(await halted()).toBeNull();
  expect(status().state).toBe('running');
});

it('halts at a gap although somebody else wrote an event of a later epoch before it; reading from behind goes on', async () => {
  const { status, projector } = await consume();
  const first = next(0);
  const stray = (ce_sequence: string, ce_previous: string, ce_epoch: string): KafkaRecord => ({
    ...first,
    headers: { ...first.headers, ce_id: `${topic}/${ce_sequence}`, ce_sequence, ce_previous, ce_epoch },
  });
  await producer.sendAll([first, stray('99', '98', '9'), next(0)]);
  await producer.sendAll([stray('90', '89', '1'), next(0)]);
  await until(() => status().state === 'halted');
  expect(await seen()).toEqual([1, 2]);
  const told = log.entries.find(({ message }) => message.endsWith('the partition is halted'));
  expect(told?.fields).toMatchObject({ alarm: true, offset: 3 });

  await projector.rewind(0, 4);
  await until(async () => (await seen()).length === 3);
  expect(status().state).toBe('running');
});

it('tries again for as long as a handler fails', async () => {
  let failing = 4;
  const { status } = await consume(() => {
    if (failing-- > 0) throw Object.assign(new Error('not yet'), { code: 'ECONNRESET' });
  });
  await producer.sendAll([next(0), next(0)]);
  await until(() => status().state === 'waiting');
  await until(async () => (await seen()).length === 2);
  expect(failing).toBeLessThan(0);
  await until(() => status().state === 'running');
});

it('passes over what is no event, and parks the account of one it cannot read', async () => {
  const { projector } = await consume();
  await producer.send({ topic, partition: 0, key: null, headers: { hello: 'world' }, value: 'hi' });
  await producer.sendAll([
    next(0),
    next(0, { type: 'tag.created', data: 'not read, so not parsed' }),
    next(0, { data: '{"broken":', accountId: 'acc_bad' }),
    next(0),
  ]);
  await until(async () => (await seen()).length === 2);
  expect(log.entries).toContainEqual(
    expect.objectContaining({ message: 'event consumer: a record is not a valid event; skipped' }),
  );
  expect(await projector.parked()).toMatchObject([
    { accountId: 'acc_bad', reason: expect.stringMatching('is no JSON') },
  ]);
});

it('reads back by itself what was restored under it', async () => {
  const { status } = await consume();
  await producer.sendAll([next(0), next(1), next(0)]);
  await until(async () => (await committed()) === 3);
  const backup = await saved();
  await producer.sendAll([next(0), next(0), next(1)]);
  await until(async () => (await committed()) === 6);
  await restore(backup);
  expect(await seen()).toEqual([1, 2, 3]);
  await producer.sendAll([next(0)]);
  await until(async () => (await seen()).length === 7); // partition 1 recovers although no new event comes there
  expect(status()).toMatchObject({ state: 'running' });
});

it('begins where the group has committed when a checkpoint is of a time without offsets', async () => {
  const first = await consume();
  await producer.sendAll([next(0), next(0)]);
  await until(async () => (await committed()) === 2);
  const old = await saved();
  await producer.sendAll([next(0), next(0)]);
  await until(async () => (await committed()) === 4);
  await first.consumer.close();
  // A backup made before checkpoints had offsets.
  await restore(old);
  await database.pool.query(`update ${SCHEMA}.checkpoints set next_offset = null`);
  await consume();
  await producer.sendAll([next(0)]);
  await until(async () => (await seen()).length === 5);
  expect(log.entries.filter(({ message }) => message.includes('an event is missing'))).toMatchObject([
    { fields: { next: 2 } },
  ]);
});

it('catches up by itself when its database was restored from an older backup', async () => {
  const first = await consume();
  await producer.sendAll([next(0), next(1), next(0)]);
  await until(async () => (await committed()) === 3);
  const backup = await saved();
  await producer.sendAll([next(0), next(0), next(1)]);
  await until(async () => (await committed()) === 6);
  await first.consumer.close();
  await restore(backup);
  expect(await seen()).toEqual([1, 2, 3]);

  const { status } = await consume();
  await until(async () => (await seen()).length === 6);
  await producer.sendAll([next(0)]);
  await until(async () => (await seen()).length === 7);
  expect(status()).toMatchObject({ state: 'running' });
});

it('goes on in the other partitions while one waits for a fault to pass', async () => {
  let down = true;
  const { status } = await consume(({ accountId }) => {
    if (down && accountId === 'acc_0') throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  });
  await producer.sendAll([next(0)]);
  await until(() => status().state === 'waiting');
  for (let number = 2; number <= 6; number += 1) {
    const from = Date.now();
    await producer.sendAll([next(1)]);
    await until(async () => (await seen()).includes(number));
    expect(Date.now() - from).toBeLessThan(1_000);
  }
  expect(status().state).toBe('waiting');

  expect(alarms()).toEqual([]);
  const { now } = Date;
  Date.now = () => now() + 60_000;
  try {
    await until(() => alarms().length > 0);
  } finally {
    Date.now = now;
  }
  expect(alarms()).toEqual(['consumer: a fault has held up a partition for a minute; still retrying']);
  down = false;
  await until(async () => (await seen()).includes(1));
});

it('goes on in the other accounts while an event of one is broken', async () => {
  let broken = true;
  await consume(({ accountId }) => {
    if (broken && accountId === 'acc_bad') throw new TypeError('no such thing');
  });
  const bad = () => next(0, { accountId: 'acc_bad' });
  await producer.sendAll([next(0), bad(), next(0), bad(), next(1)]);
  await until(async () => (await seen()).length === 3);
  await producer.sendAll([bad(), next(0)]);
  await until(async () => (await seen()).length === 4);
  expect(await seen()).toEqual([1, 3, 5, 7]);
  broken = false;
  await until(async () => (await seen()).length === 7, { timeoutMs: 20_000 });
});
