import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { PoolClient } from 'pg';
import { keptLog } from '../kafka/kafka.samples.js';
import type { LogEvent } from '../message.js';
import { NotCaughtUp } from './not-caught-up.js';
import { freshSchema, SCHEMA } from './outbox.samples.js';
import { ProjectionGap, type Projection, together } from './projection.js';
import { Projector, type ProjectorOptions } from './projector.js';
import { WakeUp } from './wake-up.js';

jest.setTimeout(30_000);

let database: Awaited<ReturnType<typeof freshSchema>>;
let log: ReturnType<typeof keptLog>;
const running: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  database = await freshSchema();
  await database.pool.query(
    `create table ${SCHEMA}.seen (n bigint generated always as identity, source text, sequence int)`,
  );
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((part) => part.stop()));
  await database.pool.query(
    `truncate ${SCHEMA}.seen, ${SCHEMA}.checkpoints, ${SCHEMA}.parked, ${SCHEMA}.skipped`,
  );
});
afterAll(() => database.drop());

const insert = (event: LogEvent, db: PoolClient) =>
  db.query(`insert into ${SCHEMA}.seen (source, sequence) values ($1, $2)`, [event.source, event.sequence]);

/** A projection that stores every `message.sent` that it handles. */
const seen = {
  name: 'seen',
  on: { 'message.sent': async (event: LogEvent, db: PoolClient) => void (await insert(event, db)) },
} satisfies Projection;

function projector(options: Partial<ProjectorOptions> = {}) {
  log = keptLog();
  return new Projector({ pool: database.pool, schema: SCHEMA, projection: seen, logger: log, ...options });
}

const rows = async () =>
  (
    await database.pool.query<{ source: string; sequence: number }>(
      `select source, sequence from ${SCHEMA}.seen order by n`,
    )
  ).rows;
const applied = async () => (await rows()).map(({ sequence }) => sequence);
const checkpoint = async (source = 'messaging', partition = 0) =>
  (
    await database.pool.query<{ epoch: number; sequence: string }>(
      `select epoch, sequence from ${SCHEMA}.checkpoints where projection = 'seen' and source = $1 and partition = $2`,
      [source, partition],
    )
  ).rows.map(({ epoch, sequence }) => [epoch, Number(sequence)])[0];

function event(sequence: number, more: Partial<LogEvent> = {}): LogEvent {
  const defaults = { source: 'messaging', accountId: 'acc_1', subject: 'msg_1', epoch: 1, data: {} };
  const time = new Date().toISOString();
  return {
    id: `evt_${sequence}`,
    type: 'message.sent',
    time,
    ...defaults,
    sequence,
    previous: sequence - 1,
    ...more,
  };
}
const unhandled = (sequence: number, more: Partial<LogEvent> = {}) =>
  event(sequence, { type: 'message.read', ...more });

describe('applying', () => {
  it('applies each event once, in order, and moves the checkpoint with the rows', async () => {
    const it = projector();
    expect(await it.handle(0, [event(1), unhandled(2), event(3)])).toMatchObject({ persisted: true });
    expect(await applied()).toEqual([1, 3]);
    expect(await checkpoint()).toEqual([1, 3]);
    await it.handle(0, [event(2), event(3), event(4)]);
    expect(await applied()).toEqual([1, 3, 4]);
  });

  it('keeps the chains of sources and partitions apart', async () => {
    const it = projector();
    await it.handle(0, [
      event(1),
      event(1, { source: 'contacts' }),
      event(2),
      event(5, { source: 'contacts', previous: 1 }),
    ]);
    await it.handle(1, [event(3, { previous: 0 }), event(4)]);
    expect(await rows()).toEqual([
      { source: 'messaging', sequence: 1 },
      { source: 'contacts', sequence: 1 },
      { source: 'messaging', sequence: 2 },
      { source: 'contacts', sequence: 5 },
      { source: 'messaging', sequence: 3 },
      { source: 'messaging', sequence: 4 },
    ]);
    expect([await checkpoint(), await checkpoint('contacts'), await checkpoint('messaging', 1)]).toEqual([
      [1, 2],
      [1, 5],
      [1, 4],
    ]);
  });

  it('leaves nothing of a batch whose handler fails, and applies it when it comes again', async () => {
    let fail = true;
    const failing: Projection = {
      name: 'seen',
      on: {
        'message.sent': async (event: LogEvent, db) => {
          await insert(event, db);
          if (event.sequence === 2 && fail) throw new NotCaughtUp('not now');
        },
      },
    };
    const it = projector({ projection: failing });
    await expect(it.handle(0, [event(1), event(2)])).rejects.toThrow('not now');
    expect([await applied(), await checkpoint()]).toEqual([[], undefined]);
    fail = false;
    await it.handle(0, [event(1), event(2)]);
    expect([await applied(), await checkpoint()]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('applies once what two replicas are given at the same time', async () => {
    const batches = Array.from({ length: 20 }, (_, n) => [event(2 * n + 1), event(2 * n + 2)]);
    const feed = async (it: Projector) => {
      for (const batch of batches) await it.handle(0, batch);
    };
    await Promise.all([feed(projector()), feed(projector()), feed(projector())]);
    expect(await applied()).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
  });

  it('hands a batch as one to a projection that takes all', async () => {
    const calls: number[][] = [];
    const all: Projection = {
      name: 'seen',
      types: ['message.sent', 'message.read'],
      all: async (events) => void calls.push(events.map(({ sequence }) => sequence)),
    };
    await projector({ projection: all }).handle(0, [event(1), event(2, { type: 'other' }), unhandled(3)]);
    expect(calls).toEqual([[1, 3]]);
  });

  it('gives the same rows when it is rebuilt from the start, whatever the batches', async () => {
    const events = Array.from({ length: 60 }, (_, n) => (n % 3 ? event(n + 1) : unhandled(n + 1)));
    const feed = async (it: Projector, size: number) => {
      for (let from = 0; from < events.length; from += size)
        await it.handle(0, events.slice(from, from + size));
    };
    await feed(projector(), 7);
    const first = await rows();
    expect(first).toHaveLength(40);
    await database.pool.query(
      `truncate ${SCHEMA}.seen; delete from ${SCHEMA}.checkpoints where projection = 'seen'`,
    );
    await feed(projector(), 25);
    expect(await rows()).toEqual(first);
  });
});

describe('a gap', () => {
  it('is thrown each time it comes; what came before it is applied and nothing after it', async () => {
    const it = projector();
    for (let time = 0; time < 2; time += 1)
      await expect(it.handle(0, [event(1), event(3), event(4)])).rejects.toThrow(
        'Projection seen has seen messaging in partition 0 up to 1, but event 3 (evt_3) follows 2.',
      );
    expect(await applied()).toEqual([1]);
    expect(await checkpoint()).toEqual([1, 1]);
    await it.handle(1, [event(1)]);
    await it.handle(0, [event(2), event(3)]);
    expect(await applied()).toEqual([1, 1, 2, 3]);
  });

  it('is noticed at the very first event, and among events it does not handle', async () => {
    await expect(projector().handle(0, [event(5)])).rejects.toBeInstanceOf(ProjectionGap);
    const it = projector();
    await it.handle(1, [unhandled(1)]);
    await expect(it.handle(1, [unhandled(3)])).rejects.toBeInstanceOf(ProjectionGap);
    expect(await applied()).toEqual([]);
  });
});

describe('progress without rows', () => {
  it('costs no transaction, is persisted when asked, and leaves no false gap after a restart', async () => {
    const it = projector();
    await it.handle(0, [event(1)]);
    expect(await it.handle(0, [unhandled(2), unhandled(3)])).toMatchObject({ persisted: false });
    expect(await checkpoint()).toEqual([1, 1]);
    // A crash before the offset was committed: the same records come again.
    const again = projector();
    await again.handle(0, [unhandled(2), unhandled(3)]);
    await again.handle(0, [event(4)]);

    await again.handle(0, [unhandled(5)]);
    await again.persist();
    expect(await checkpoint()).toEqual([1, 5]);
    // An orderly restart: only later records come.
    const last = projector();
    expect(await last.handle(0, [event(6)])).toMatchObject({ persisted: true });
    expect(await applied()).toEqual([1, 4, 6]);
  });

  it('is that of events of its types that do not concern it, too; of those without readable data it is not', async () => {
    const concerns = (given: LogEvent) => (given.data as { mine?: boolean }).mine === true;
    const it = projector({
      projection: together('seen', [
        { ...seen, concerns },
        { ...seen, concerns },
      ]),
    });
    expect(await it.handle(0, [event(1), event(2)])).toEqual({ persisted: false, concerned: false });
    expect(await checkpoint()).toBeUndefined();
    const some = [event(3), event(4, { data: { mine: true } }), event(5)];
    expect(await it.handle(0, some)).toEqual({ persisted: true, concerned: true });
    expect(await checkpoint()).toEqual([1, 5]);
    expect(await applied()).toEqual([4, 4]);
    await it.handle(0, [event(6, { data: undefined })]);
    expect(await it.parked()).toMatchObject([{ accountId: 'acc_1' }]);
  });

  it('never moves a checkpoint back that another replica has moved on', async () => {
    const left = projector();
    await left.handle(0, [unhandled(1)]);
    await projector().handle(0, [unhandled(1), event(2)]);
    await left.persist();
    expect(await checkpoint()).toEqual([1, 2]);
    await left.handle(0, [event(2), event(3)]);
    expect(await applied()).toEqual([2, 3]);
  });

  it('is persisted by the next batch once 5 s have gone by', async () => {
    const it = projector();
    await it.handle(0, [unhandled(1)]);
    const { now } = Date;
    Date.now = () => now() + 5_000;
    try {
      expect(await it.handle(0, [unhandled(2)])).toMatchObject({ persisted: true });
    } finally {
      Date.now = now;
    }
    expect(await checkpoint()).toEqual([1, 2]);
  });
});

describe('an event that is broken', () => {
  const [bad, worse, good] = ['acc_bad', 'acc_worse', 'acc_good'].map((accountId) => ({ accountId }));
  let broken: Set<number>;
  const fragile: Projection = {
    name: 'seen',
    on: {
      'message.sent': async (event: LogEvent, db) => {
        await insert(event, db);
        if (broken.has(event.sequence)) throw new TypeError(`no ${event.sequence}`);
      },
    },
  };
  const parked = async (it: Projector) =>
    (await it.parked()).map(({ accountId, events, sequence, reason }) => [
      accountId,
      events,
      sequence,
      reason,
    ]);
  const alarms = () => log.entries.filter(({ fields }) => fields['alarm'] === true);
  beforeEach(() => {
    broken = new Set([2]);
  });

  it('parks its account with an alarm; later ones of the account wait in order, others go on', async () => {
    const it = projector({ projection: fragile });
    const waiting = [event(2, bad), event(4, bad)];
    expect(await it.handle(0, [event(1, good), waiting[0]!, event(3, good), waiting[1]!])).toMatchObject({
      persisted: true,
    });
    expect([await applied(), await checkpoint()]).toEqual([
      [1, 3],
      [1, 4],
    ]);
    await it.handle(0, [event(5, bad), event(6, good), unhandled(7, bad)]);
    // Another replica; the first then has older checkpoints of the partition in memory.
    await projector({ projection: fragile }).handle(0, [event(8, bad), event(9, good)]);
    expect(await applied()).toEqual([1, 3, 6, 9]);
    expect(await parked(it)).toEqual([['acc_bad', 4, 2, 'TypeError: no 2']]);

    broken = new Set([5]);
    expect(await it.retry('acc_bad')).toEqual({ applied: 2, parked: true });
    expect(await parked(it)).toEqual([['acc_bad', 2, 5, 'TypeError: no 5']]);
    broken = new Set();
    expect(await it.retry('acc_bad')).toEqual({ applied: 2, parked: false });
    expect(await applied()).toEqual([1, 3, 6, 9, 2, 4, 5, 8]);
    expect(await parked(it)).toEqual([]);
    await it.handle(0, [event(8, bad), event(9, good), event(10, bad)]);
    expect((await applied()).slice(-2)).toEqual([8, 10]);
  });

  it('is told of once, whatever it is batched with', async () => {
    const it = projector({ projection: fragile });
    await it.handle(0, [event(1, good), event(2, bad), event(3, worse)]);
    await it.handle(0, [event(4, bad)]);
    await it.retry('acc_bad');
    expect(alarms().map(({ fields }) => [fields['accountId'], fields['sequence']])).toEqual([['acc_bad', 2]]);
  });

  it('is retried by itself, ever later', async () => {
    const it = projector({ projection: fragile });
    await it.handle(0, [event(1, good), event(2, bad)]);
    const dueIn = async () => Date.parse((await it.parked())[0]!.retryAt) - Date.now();
    const makeDue = () => database.pool.query(`update ${SCHEMA}.parked set due = now()`);
    expect(await dueIn()).toBeGreaterThan(1_000);
    await it.retryDue();
    expect((await it.parked())[0]!.attempts).toBe(1);
    await makeDue();
    await it.retryDue();
    expect((await it.parked())[0]!.attempts).toBe(2);
    expect(await dueIn()).toBeGreaterThan(3_000);
    broken = new Set();
    await makeDue();
    await it.retryDue();
    expect([await applied(), await parked(it)]).toEqual([[1, 2], []]);
  });

  it('can be skipped, for a reason that is kept; the events behind it follow', async () => {
    const it = projector({ projection: fragile });
    await it.handle(0, [event(2, { ...bad, previous: 0 }), event(3, bad), event(4, worse)]);
    expect(await it.skip('acc_worse', 'not parked')).toBeUndefined();
    expect(await it.skip('acc_bad', 'a test event')).toEqual({ applied: 1, parked: false });
    expect([await applied(), await parked(it)]).toEqual([[4, 3], []]);
    const { rows } = await database.pool.query<object>(
      `select account_id, sequence::int, reason, skipped_as, event->>'id' as id from ${SCHEMA}.skipped`,
    );
    expect(rows).toEqual([
      {
        account_id: 'acc_bad',
        sequence: 2,
        reason: 'TypeError: no 2',
        skipped_as: 'a test event',
        id: 'evt_2',
      },
    ]);
  });

  it('never is one whose fault passes, and one without readable data is', async () => {
    const it = projector({
      projection: {
        name: 'seen',
        on: {
          'message.sent': async () => {
            throw Object.assign(new Error('no room'), { code: '53100' });
          },
        },
      },
    });
    await expect(it.handle(0, [event(1, bad)])).rejects.toThrow('no room');
    expect([await parked(it), await checkpoint()]).toEqual([[], undefined]);
    const other = projector();
    await other.handle(0, [event(1, { ...bad, data: undefined }), event(2, good)]);
    expect(await applied()).toEqual([2]);
    await other.retry('acc_bad');
    expect(await parked(other)).toEqual([
      ['acc_bad', 1, 1, 'UnreadableEvent: The data of event evt_1 is no JSON.'],
    ]);
  });

  it('lets a reader of its account wait, and of no other', async () => {
    const it = projector({ projection: fragile });
    await it.handle(0, [event(1, good), event(2, bad)]);
    await it.waitFor('messaging', 0, 2, { accountId: 'acc_good' });
    const waiting = it.waitFor('messaging', 0, 2, { accountId: 'acc_bad', timeoutMs: 60 });
    await expect(waiting).rejects.toBeInstanceOf(NotCaughtUp);
    broken = new Set();
    await it.retry('acc_bad');
    await it.waitFor('messaging', 0, 2, { accountId: 'acc_bad' });
  });

  it('may be one of many accounts, among replicas', async () => {
    const [here, there] = [projector({ projection: fragile }), projector({ projection: fragile })];
    broken = new Set(Array.from({ length: 200 }, (_, n) => n).filter((n) => n % 7 === 0));
    const events = Array.from({ length: 200 }, (_, n) => event(n + 1, { accountId: `acc_${n % 20}` }));
    const retrying = async (it: Projector) => {
      for (let n = 0; n < 20; n += 1) await it.retry(`acc_${n}`);
    };
    for (let n = 0; n < 200; n += 10) {
      await Promise.all([here, there].map((it) => it.handle(0, events.slice(n, n + 10))));
      if (n === 100) broken = new Set();
      await Promise.all([here, there].map(retrying));
    }
    expect(await parked(here)).toEqual([]);
    const all = await applied();
    expect([...all].sort((a, b) => a - b)).toEqual(events.map(({ sequence }) => sequence));
    for (let n = 0; n < 20; n += 1) {
      const own = all.filter((sequence) => (sequence - 1) % 20 === n);
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
  });
});

describe('a database that was restored under it', () => {
  it('is noticed at the next event: what is gone is missing, instead of being passed over', async () => {
    const it = projector();
    await it.handle(0, [event(1, { offset: 10 })]);
    const { rows: backup } = await database.pool.query<object>(`select * from ${SCHEMA}.checkpoints`);
    await it.handle(0, [event(2, { offset: 12 }), event(3, { offset: 14 })]);
    expect([...(await it.positions())]).toEqual([
      [0, { next: 15, rewinds: 0, hasParked: false, halted: null }],
    ]);
    await database.pool.query(
      `truncate ${SCHEMA}.checkpoints; delete from ${SCHEMA}.seen where sequence > 1`,
    );
    await database.pool.query(
      `insert into ${SCHEMA}.checkpoints select * from json_populate_recordset(null::${SCHEMA}.checkpoints, $1)`,
      [JSON.stringify(backup)],
    );
    await expect(it.handle(0, [event(4, { offset: 16 })])).rejects.toMatchObject({
      checkpoint: { sequence: 1, next: 11 },
    });
    await it.handle(0, [event(2, { offset: 12 }), event(3, { offset: 14 }), event(4, { offset: 16 })]);
    expect(await applied()).toEqual([1, 2, 3, 4]);
  });
});

describe('epochs', () => {
  it('goes on with a higher one, loudly, and drops what is left of a lower one', async () => {
    const it = projector();
    await it.handle(0, [event(1), event(2), event(3)]);
    const restored = { epoch: 2, previous: 1 };
    await it.handle(0, [event(2, restored), event(4), event(3, { epoch: 2 })]);
    expect(await applied()).toEqual([1, 2, 3, 2, 3]);
    expect(await checkpoint()).toEqual([2, 3]);
    expect(
      log.entries.filter(({ fields }) => fields['alarm'] === true).map(({ message }) => message),
    ).toEqual([
      'projector: messaging was restored and continues in epoch 2 from event 2; going on with that epoch, and keeping events that messaging may have lost',
    ]);
    await expect(it.handle(0, [event(5, { epoch: 2 })])).rejects.toBeInstanceOf(ProjectionGap);
  });
});

describe('waiting', () => {
  it('ends when the event is applied, here or on another replica', async () => {
    const here = projector();
    const elsewhere = projector();
    const waits = Promise.all([here.waitFor('messaging', 0, 2), elsewhere.waitFor('messaging', 0, 2)]);
    await here.handle(0, [event(1), event(2)]);
    await waits;
    await elsewhere.waitFor('messaging', 0, 0);
    await expect(elsewhere.waitFor('messaging', 0, 3, { timeoutMs: 60 })).rejects.toBeInstanceOf(NotCaughtUp);
    await expect(elsewhere.waitFor('contacts', 0, 1, { timeoutMs: 60 })).rejects.toBeInstanceOf(NotCaughtUp);
  });

  it('makes another replica persist what it has only in memory', async () => {
    const [here, there] = ['a', 'b'].map((name) => {
      const wakeUp = new WakeUp({ pool: database.pool, logger: keptLog(), name });
      running.push(wakeUp);
      return { wakeUp, projector: projector({ wakeUp }) };
    });
    here!.wakeUp.start();
    there!.wakeUp.start();
    await there!.projector.handle(0, [unhandled(1), unhandled(2)]);
    await here!.projector.waitFor('messaging', 0, 2);
    expect(await checkpoint()).toEqual([1, 2]);
  });
});

it('tells how far it is', async () => {
  const it = projector();
  await it.handle(0, [event(1, { time: new Date(Date.now() - 1_500).toISOString() })]);
  await it.handle(0, [unhandled(2, { time: new Date(Date.now() - 1_500).toISOString() })]);
  const { partitions, ...status } = it.status();
  expect(status).toEqual({ projection: 'seen' });
  expect(partitions).toEqual([
    { partition: 0, source: 'messaging', epoch: 1, sequence: 2, persisted: 1, delayMs: expect.any(Number) },
  ]);
  expect(partitions[0]!.delayMs).toBeGreaterThanOrEqual(1_500);
});
