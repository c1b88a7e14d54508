import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import pg from 'pg';
import { keptLog } from '../kafka/kafka.samples.js';
import type { LogEvent } from '../message.js';
import { partitionOf } from '../partition.js';
import type { EventRecord } from './event-record.js';
import { NotCaughtUp } from './not-caught-up.js';
import { append, appendStream, freshSchema, logEvent, SCHEMA } from './outbox.samples.js';
import { OutboxRelay, type RelayOptions } from './relay.js';
import { Sequencer } from './sequencer.js';
import { WakeUp } from './wake-up.js';

jest.setTimeout(30_000);

const PARTITIONS = 3;
const { number: numberOf } = Sequencer.prototype;
let database: Awaited<ReturnType<typeof freshSchema>>;
const running: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  database = await freshSchema();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((part) => part.stop()));
  await database.pool.query(
    ['events', 'pending', 'sequenced', 'sequencer', 'sequencer_heads'].reduce(
      (sql, table) => `${sql} truncate ${SCHEMA}.${table};`,
      '',
    ),
  );
});
afterAll(() => database.drop());

function relay(options: Partial<RelayOptions> & Pick<RelayOptions, 'produce' | 'log'>) {
  const { pool } = database;
  const common = { pool, schema: SCHEMA, source: 'messaging', topic: 'events', partitions: PARTITIONS };
  const made = new OutboxRelay({ ...common, logger: keptLog(), ...options });
  running.push(made);
  return made;
}

/** A log in memory; `events` are those that a reader would see. */
function memoryLog() {
  const records: EventRecord[] = [];
  const onPartition = (at: number) => records.filter(({ partition }) => partition === at);
  return {
    records,
    events: () => records.map(logEvent),
    produce: async (more: readonly EventRecord[]) => {
      await delay(Math.random() * 4);
      records.push(...more);
    },
    look: async () => ({
      ends: Array.from({ length: PARTITIONS }, (_, at) => onPartition(at).length),
      isWhole: Array.from({ length: PARTITIONS }, () => true),
    }),
    held: async () =>
      Array.from({ length: PARTITIONS }, (_, at) => {
        const last = onPartition(at).at(-1);
        const { epoch, sequence } = last ? logEvent(last) : { epoch: 0, sequence: 0 };
        return { epoch, sequence, last: sequence };
      }),
  };
}

it('publishes commits that follow each other closely in batches that are 25 ms apart', async () => {
  const log = memoryLog();
  const batches: number[] = [];
  const leader = relay({ produce: log.produce, log, onPublished: ({ events }) => batches.push(events) });
  await leader.start();
  await until(() => leader.leader);
  const from = performance.now();
  for (let n = 0; n < 60; n += 1) {
    await append(database.pool, { accountId: 'acc_1', stream: 'close', version: n + 1 });
    leader.wake();
  }
  await until(() => log.records.length === 60);
  expect(batches.length).toBeLessThanOrEqual((performance.now() - from) / 25 + 2);
});

describe('numbering', () => {
  it('loses and inverts nothing with 16 writers that stall, 2 replicas, and a foreign transaction open', async () => {
    const STREAMS = 8;
    const APPENDS = 20;
    const log = memoryLog();
    const replicas = [relay({ produce: log.produce, log }), relay({ produce: log.produce, log })];
    for (const replica of replicas) await replica.start();

    const foreign = new pg.Client(database.url);
    await foreign.connect();
    await foreign.query(
      'create table public.elsewhere (n int); begin; insert into public.elsewhere values (1)',
    );

    const writer = async () => {
      for (let done = 0; done < APPENDS;) {
        const tx = await database.pool.connect();
        try {
          await tx.query('begin');
          // Assigns the transaction's id before the read below, as when a reply is stored first.
          if (Math.random() < 0.5) await tx.query('select pg_current_xact_id()');
          const number = Math.floor(Math.random() * STREAMS);
          const stream = `stream-${number}`;
          const { rows } = await tx.query<{ version: number }>(
            `select coalesce(max(version), 0) as version from ${SCHEMA}.events where stream = $1`,
            [stream],
          );
          await delay(Math.random() * 6);
          const count = 1 + Math.floor(Math.random() * 3);
          for (let next = 1; next <= count; next += 1)
            await append(tx, { accountId: `acc_${number % 5}`, stream, version: rows[0]!.version + next });
          if (Math.random() < 0.3) await delay(Math.random() * 40);
          await tx.query('commit');
          replicas[done % 2]!.wake();
          done += 1;
        } catch (error) {
          await tx.query('rollback');
          if (!(error instanceof pg.DatabaseError) || error.code !== '23505') throw error;
        } finally {
          tx.release();
        }
      }
    };
    await Promise.all(Array.from({ length: 16 }, writer));

    const written = await database.pool.query<{ id: string; position: string }>(
      `select id, position from ${SCHEMA}.events`,
    );
    await until(() => log.records.length >= written.rows.length);
    await foreign.query('rollback');
    await foreign.end();

    const events = log.events();
    expect(events.map(({ id }) => id).sort()).toEqual(written.rows.map(({ id }) => id).sort());
    expect(events.map(({ sequence }) => sequence)).toEqual(written.rows.map((_, index) => index + 1));
    const versions = new Map<string, number>();
    for (const { subject, data } of events as LogEvent<string, { version: number }>[]) {
      expect([subject, data.version]).toEqual([subject, (versions.get(subject) ?? 0) + 1]);
      versions.set(subject, data.version);
    }
    const heads = new Map<number, number>();
    for (const record of log.records) {
      const { accountId, sequence, previous } = logEvent(record);
      expect(record.partition).toBe(partitionOf(accountId, PARTITIONS));
      expect(previous).toBe(heads.get(record.partition) ?? 0);
      heads.set(record.partition, sequence);
    }
    expect(heads.size).toBeGreaterThan(1);
    // Shows that the race happened: some commits came in another order than their positions.
    const positions = new Map(written.rows.map(({ id, position }) => [id, Number(position)]));
    const order = events.map(({ id }) => positions.get(id)!);
    expect(order.some((position, index) => index > 0 && position < order[index - 1]!)).toBe(true);
  });

  it('writes a record as the log promises it', async () => {
    const log = memoryLog();
    await append(database.pool, {
      accountId: 'acc_7',
      stream: 'msg_1',
      version: 1,
      type: 'message.sent',
      data: { to: '+49 — ü' },
    });
    await database.pool.query(`update ${SCHEMA}.events set traceparent = '00-ab-cd-01'`);
    await relay({ produce: log.produce, log }).start();
    await until(() => log.records.length === 1);
    expect(log.records[0]).toEqual({
      topic: 'events',
      partition: partitionOf('acc_7', PARTITIONS),
      key: 'acc_7',
      headers: {
        ce_specversion: '1.0',
        ce_id: expect.stringMatching(/^evt_/),
        ce_source: 'messaging',
        ce_type: 'message.sent',
        ce_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        ce_subject: 'msg_1',
        ce_sequence: '1',
        ce_previous: '0',
        ce_epoch: '1',
        account: 'acc_7',
        'content-type': 'application/json',
        traceparent: '00-ab-cd-01',
      },
      value: '{"to":"+49 — ü"}',
    });
  });

  it('refuses to start with another number of partitions', async () => {
    const log = memoryLog();
    await relay({ produce: log.produce, log }).start();
    const other = relay({ produce: log.produce, log, partitions: PARTITIONS + 1 });
    await expect(other.start()).rejects.toThrow(
      'Topic events has 4 partitions, but schema messaging was numbered for 3',
    );
  });

  it('goes through a backlog of more than one batch in order', async () => {
    const log = memoryLog();
    await database.pool.query(
      `with appended as (
         insert into ${SCHEMA}.events (id, account_id, stream, version, type, data)
         select 'evt_' || n, 'acc_1', 'msg_1', n, 'message.sent', '{}' from generate_series(1, 1201) n order by n
         returning position)
       insert into ${SCHEMA}.pending select position from appended`,
    );
    await relay({ produce: log.produce, log }).start();
    await until(() => log.records.length === 1_201);
    expect(log.events().map(({ id }) => id)).toEqual(Array.from({ length: 1_201 }, (_, n) => `evt_${n + 1}`));
  });
});

describe('publishing', () => {
  it('tries again for as long as it takes, numbers nothing meanwhile, keeps the lead and the order', async () => {
    let broken = true;
    let refused = 0;
    const log = memoryLog();
    const logger = keptLog();
    const leader = relay({
      log,
      logger,
      produce: async (records) => {
        if (!broken) return log.produce(records);
        refused += 1;
        throw new Error('no broker');
      },
    });
    await leader.start();
    await appendStream(database.pool, 'msg_1', 2);
    leader.wake();
    await until(() => refused > 0);
    await appendStream(database.pool, 'msg_2', 3);
    // Longer than the 3 s after which Postgres ends a silent leader's session.
    await delay(3_500);
    expect(leader.leader).toBe(true);
    const { pending, published, oldestPendingMs } = await leader.status();
    expect({ pending, published }).toEqual({ pending: 5, published: 0 });
    expect(oldestPendingMs).toBeGreaterThan(3_000);
    const numbers = await database.pool.query(`select from ${SCHEMA}.sequenced`);
    expect(numbers.rowCount).toBeLessThanOrEqual(2);

    broken = false;
    await until(() => log.records.length === 5);
    expect(log.events().map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
    expect(
      await until(async () => ((await leader.status()).pending === 0 ? leader.status() : false)),
    ).toEqual({
      leader: true,
      pending: 0,
      oldestPendingMs: 0,
      published: 5,
    });
    expect(logger.entries.filter(({ level }) => level === 'info')).toHaveLength(1); // one line, since it never lost the lead
  });

  it('finishes the batch under way when it is stopped, and gives the lead to the next', async () => {
    const log = memoryLog();
    let produced: (() => void) | undefined;
    const first = relay({
      log,
      produce: async (records) => {
        await new Promise<void>((resolve) => (produced = resolve));
        await log.produce(records);
      },
    });
    await first.start();
    await until(() => first.leader);
    await append(database.pool, { accountId: 'acc_1', stream: 'msg_1', version: 1 });
    await until(() => produced);
    const second = relay({ produce: log.produce, log });
    await second.start();
    const stopped = first.stop();
    produced!();
    await stopped;
    await append(database.pool, { accountId: 'acc_1', stream: 'msg_1', version: 2 });
    await until(() => log.records.length === 2);
    expect([first.leader, second.leader]).toEqual([false, true]);
    expect(log.events().map(({ sequence, previous }) => [sequence, previous])).toEqual([
      [1, 0],
      [2, 1],
    ]);
  });

  it('comes back when Postgres cuts its connection', async () => {
    const log = memoryLog();
    const leader = relay({ produce: log.produce, log });
    await leader.start();
    await until(() => leader.leader);
    await database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'wbiz-relay-${SCHEMA}'`,
    );
    await appendStream(database.pool, 'msg_1', 3);
    await until(() => log.records.length === 3);
    expect(log.events().map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  it('is woken by a commit in another process long before its poll', async () => {
    const log = memoryLog();
    const wakeUps = ['a', 'b'].map((name) => new WakeUp({ pool: database.pool, logger: keptLog(), name }));
    running.push(...wakeUps);
    const leader = relay({
      log,
      produce: async (records) => void log.records.push(...records),
      wakeUp: wakeUps[0],
    });
    const standby = relay({ produce: log.produce, log, wakeUp: wakeUps[1] });
    wakeUps.forEach((wakeUp) => wakeUp.start());
    await leader.start();
    await until(() => leader.leader);
    await standby.start();
    const took: number[] = [];
    for (let version = 1; version <= 15; version += 1) {
      await append(database.pool, { accountId: 'acc_1', stream: 'msg_1', version });
      const from = performance.now();
      standby.wake();
      await until(() => log.records.length === version, { everyMs: 1 });
      took.push(performance.now() - from);
    }
    // With polls alone the median would be 100 ms.
    expect(took.sort((a, b) => a - b)[7]).toBeLessThan(50);
  });
});

describe('at rest', () => {
  it('polls ever less, finds what nobody told of all the same, and is quick again after it', async () => {
    const polls: number[] = [];
    const number = jest.spyOn(Sequencer.prototype, 'number').mockImplementation(function (
      this: Sequencer,
      most,
    ) {
      polls.push(performance.now());
      return numberOf.call(this, most);
    });
    const pause = () => polls.at(-1)! - polls.at(-2)!;
    const log = memoryLog();
    await relay({ produce: log.produce, log }).start();
    await until(() => polls.length > 3 && pause() > 800);
    const from = performance.now();
    await append(database.pool, { accountId: 'acc_1', stream: 'msg_1', version: 1 });
    await until(() => log.records.length === 1, { everyMs: 5 });
    expect(performance.now() - from).toBeLessThan(1_500);
    const before = polls.length;
    await until(() => polls.length > before + 1, { everyMs: 5 });
    expect(polls[before + 1]! - polls[before - 1]!).toBeLessThan(850);
    number.mockRestore();
  });
});

describe('head', () => {
  it('is the last number of the partition once all that was committed is numbered, on any replica', async () => {
    const log = memoryLog();
    const standby = relay({ produce: log.produce, log });
    expect(await standby.head('acc_1')).toEqual({ partition: partitionOf('acc_1', PARTITIONS), sequence: 0 });

    await appendStream(database.pool, 'msg_1', 700);
    await expect(standby.head('acc_1', 100)).rejects.toBeInstanceOf(NotCaughtUp);
    await relay({ produce: log.produce, log }).start();
    expect((await standby.head('acc_1', 5_000)).sequence).toBe(700);
  });

  it('does not wait for what others have not committed', async () => {
    const log = memoryLog();
    const leader = relay({ produce: log.produce, log });
    await leader.start();
    const tx = await database.pool.connect();
    await tx.query('begin');
    await append(tx, { accountId: 'acc_1', stream: 'msg_1', version: 1 });
    await append(database.pool, { accountId: 'acc_1', stream: 'msg_2', version: 1 });
    expect((await leader.head('acc_1')).sequence).toBe(1);
    await tx.query('commit');
    tx.release();
    expect((await leader.head('acc_1')).sequence).toBe(2);
  });
});
