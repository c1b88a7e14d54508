import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { serviceDatabase, until } from '@wbiz/testing/stack';
import type { PoolClient } from 'pg';
import type { Aggregate, Asked } from '../aggregate.js';
import type { DomainEvent, Message } from '../message.js';
import { EventStore } from '../postgres/event-store.js';
import { inline } from '../postgres/inline-projection.js';
import { aggregateTable, eventingTables } from '../postgres/schema.js';
import { commandRoom, recordsOf } from './kafka.samples.js';

jest.setTimeout(30_000);

type Fault = 'index row too large' | 'facts' | 'follows' | 'timeout';
type Put = Message<'note.put', { id: string; fault?: Fault }> & { readonly facts: null };
type Was = DomainEvent<'note.was-put', { fault?: Fault }>;

const lookUp = async (_tx: PoolClient, asked: readonly Asked<Put, object>[]) =>
  asked.map(({ command }) => {
    if (command.data.fault === 'facts') throw new TypeError('no facts');
    return null;
  });

const notes: Aggregate<Put, object, Was, { 'note.put': true }> = {
  name: 'note',
  table: 'notes',
  decider: {
    initial: {},
    decide: { 'note.put': ({ data: { fault } }) => [{ type: 'note.was-put', data: { fault } }] },
    evolve: { 'note.was-put': () => ({}) },
  },
  stream: ({ data }) => data.id,
  published: [],
  facts: lookUp,
  reply: { 'note.put': () => true },
};

/** For each fault, the statement that causes it, run in the transaction of an event. */
const ASKED: Partial<Record<Fault, (tx: PoolClient) => Promise<unknown>>> = {
  'index row too large': (tx) =>
    tx.query('insert into notebook.wide values ($1)', [randomBytes(4_000).toString('hex')]),
  follows: () => Promise.reject(new RangeError('nothing follows')),
  timeout: async (tx) => {
    await tx.query(`set local statement_timeout = '200ms'`);
    await tx.query('select pg_sleep(10)');
  },
};
const faults = inline<Was>({
  'note.was-put': async (events, tx) => {
    for (const { data } of events) await ASKED[data.fault!]?.(tx);
  },
});

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const idNow = (serial: number) => {
  let digits = '';
  for (let n = 0, time = Date.now(); n < 10; n += 1, time = Math.floor(time / 32))
    digits = CROCKFORD[time % 32] + digits;
  return `cmd_${digits}${String(serial).padStart(16, '0')}`;
};

const TIMEOUTS_PASS_MS = 1_500;
let room: Awaited<ReturnType<typeof commandRoom>>;
let database: Awaited<ReturnType<typeof serviceDatabase>>;

beforeEach(async () => {
  room = await commandRoom();
  database = await serviceDatabase('notebook', [], { max: 10 });
  await database.pool.query(
    `${eventingTables('notebook')} ${aggregateTable('notebook', 'notes')} create table notebook.wide (text text primary key)`,
  );
  let serial = 0;
  const store = new EventStore({
    pool: database.pool,
    schema: 'notebook',
    newEventId: () => `evt_${(serial += 1)}`,
    inline: [faults],
  });
  await room.serve(
    { 'note.put': (command) => store.pass(notes, command) },
    { timeoutsPassMs: TIMEOUTS_PASS_MS },
  );
  await put(0);
  await until(() => room.replies.length === 1); // the server has joined its group
  room.replies.length = 0;
});
afterEach(async () => {
  await room.close();
  await database.close();
});

const put = (serial: number, fault?: Fault) =>
  room.send(`key ${serial}`, idNow(serial), { id: `note ${serial}`, fault }, 'note.put');
const serials = (ok: boolean) =>
  room.replies.filter(({ reply }) => reply.ok === ok).map(({ commandId }) => Number(commandId.slice(-6)));

it.each<Fault>(['index row too large', 'facts', 'follows', 'timeout'])(
  'answers 224 good commands within a second of two bad ones, and the bad ones: %s',
  async (fault) => {
    const from = Date.now();
    await Promise.all(
      Array.from({ length: 226 }, (_, n) => put(n + 1, n === 60 || n === 150 ? fault : undefined)),
    );
    await until(() => serials(true).length === 224, { everyMs: 5 });
    // Takes about 300 ms on a quiet machine. Good commands must not wait for the three attempts at a bad one,
    // or for a lock.
    expect(Date.now() - from).toBeLessThan(3_000);
    await until(() => serials(false).length === 2);
    expect(serials(false).toSorted((a, b) => a - b)).toEqual([61, 151]);
    const letters = await recordsOf(room.kafka, room.deadLetters);
    expect(letters.map(({ key }) => key).toSorted()).toEqual(['key 151', 'key 61']);
    expect(letters.every(({ headers }) => Number(headers['dl_attempts']) >= 3)).toBe(true);
  },
);

it('waits a timeout of Postgres out, as long as it may be busy, and then goes on without the command', async () => {
  const from = Date.now();
  await put(1, 'timeout');
  await until(() => room.health.statuses()[0]!.state === 'waiting');
  expect(await room.kafka.endOffsets(room.deadLetters)).toEqual([0]);
  await put(2);
  await until(() => serials(false).length === 1);
  expect(Date.now() - from).toBeGreaterThan(TIMEOUTS_PASS_MS);
  await until(() => serials(true).length === 1);
});
