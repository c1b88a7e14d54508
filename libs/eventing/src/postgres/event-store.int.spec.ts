import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serviceDatabase } from '@wbiz/testing/stack';
import type pg from 'pg';
import type { Decider } from '../decider.js';
import type { DomainEvent, Message } from '../message.js';
import { Rejection } from '../rejection.js';
import type { Aggregate } from '../aggregate.js';
import { EventStore } from './event-store.js';
import { followUp, inline, type InlineProjection } from './inline-projection.js';
import { aggregateTable, eventingTables } from './schema.js';

type Deposit = Message<'purse.deposit', { purse: string; amount: number }>;
type Withdraw = Message<'purse.withdraw', { purse: string; amount: number }>;
type Command = Deposit | Withdraw;
type Moved = DomainEvent<'purse.moved', { amount: number }, { note: string }>;
type Noted = DomainEvent<'purse.noted', { amount: number }>;
type State = { balance: number; moves: number };

const rules: Decider<Command, State, Moved | Noted> = {
  initial: { balance: 0, moves: 0 },
  decide: {
    'purse.deposit': ({ data: { amount } }) => {
      if (amount === 666) throw new TypeError('a fault in the rules');
      return [
        { type: 'purse.moved', data: { amount }, private: { note: 'in' } },
        { type: 'purse.noted', data: { amount } },
      ];
    },
    'purse.withdraw': ({ data: { amount } }, { balance }) => {
      if (amount > balance) throw new Rejection('too_little', `There are only ${balance}.`, { balance });
      return [{ type: 'purse.moved', data: { amount: -amount } }];
    },
  },
  evolve: {
    'purse.moved': ({ balance, moves }, { data }) => ({ balance: balance + data.amount, moves: moves + 1 }),
    'purse.noted': (state) => state,
  },
};
type Balance = { readonly balance: number };
const balance = ({ balance }: State): Balance => ({ balance });
const purses: Aggregate<
  Command,
  State,
  Moved | Noted,
  { 'purse.deposit': Balance; 'purse.withdraw': Balance }
> = {
  name: 'purse',
  table: 'purses',
  decider: rules,
  stream: ({ data }) => data.purse,
  published: ['purse.moved'],
  reply: { 'purse.deposit': balance, 'purse.withdraw': balance },
};

/** A purse is replaced by the stream `heir 1` at a balance of 1001, and by `heir 2` at 1002. */
const inherited: typeof purses = {
  ...purses,
  becomes: ({ balance }) => (balance > 1_000 ? `heir ${balance - 1_000}` : undefined),
};

/** An aggregate whose commands fail before they reach Postgres. */
const broken: typeof purses = {
  ...purses,
  stream: () => {
    throw new RangeError('no');
  },
};
/** The fault of a command: an SQL statement, `follow`, or a function that is called. */
type Fail = string | (() => Promise<never>);

let database: Awaited<ReturnType<typeof serviceDatabase>>;
let pool: pg.Pool;
let serial = 0;
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const commandId = () => {
  let time = Date.now();
  let text = '';
  for (let digit = 0; digit < 10; digit += 1, time = Math.floor(time / 32))
    text = CROCKFORD[time % 32] + text;
  return `cmd_${text}${String((serial += 1)).padStart(16, '0')}`;
};
const storeOf = (...projections: InlineProjection[]) =>
  new EventStore({ pool, schema: 'bank', newEventId: () => `evt_${(serial += 1)}`, inline: projections });
const deposit = (purse: string, amount: number, accountId = 'acc_1') => ({
  id: commandId(),
  accountId,
  type: 'purse.deposit' as const,
  data: { purse, amount },
});
const withdraw = (purse: string, amount: number) => ({
  id: commandId(),
  accountId: 'acc_1',
  type: 'purse.withdraw' as const,
  data: { purse, amount },
});
const count = async (table: string, where = 'true') =>
  Number((await pool.query<{ n: string }>(`select count(*) n from bank.${table} where ${where}`)).rows[0]!.n);
const balanceOf = async (purse: string) =>
  (await pool.query<{ state: State }>('select state from bank.purses where stream = $1', [purse])).rows[0]
    ?.state.balance;

beforeAll(async () => {
  database = await serviceDatabase('bank', [], { max: 12 });
  ({ pool } = database);
  await pool.query(`${eventingTables('bank')} ${aggregateTable('bank', 'purses')}`);
});
afterAll(() => database.close());

describe('the event store', () => {
  it('takes what waits in one transaction, and its state equals the replay', async () => {
    const store = storeOf();
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, index) => store.execute(purses, deposit(`p${index % 10}`, index))),
    );
    const transactions = await pool.query<{ n: string }>(
      'select count(distinct xmin::text) n from bank.events',
    );
    expect(Number(transactions.rows[0]!.n)).toBeLessThanOrEqual(2);
    expect(replies.every((reply) => reply?.ok)).toBe(true);
    for (const purse of ['p0', 'p9']) {
      const { rows } = await pool.query<{ state: State }>('select state from bank.purses where stream = $1', [
        purse,
      ]);
      expect(rows[0]!.state).toEqual(await store.replay(purses, purse));
      expect(rows[0]!.state.moves).toBe(10);
    }
    expect(await count('events')).toBe(200);
    expect(await count('pending')).toBe(100);
    const { rows } = await pool.query<{ stream: string; version: number }>(
      'select stream, version from bank.events order by position',
    );
    const versions = new Map<string, number>();
    for (const { stream, version } of rows) {
      expect(version).toBe((versions.get(stream) ?? 0) + 1);
      versions.set(stream, version);
    }
  });

  it('hands a command on to the stream that has taken the place of the one it goes to', async () => {
    const store = storeOf();
    const balances = () => Promise.all(['gone', 'heir 1', 'heir 2'].map(balanceOf));
    await store.execute(inherited, deposit('gone', 1_001));
    await store.execute(inherited, deposit('gone', 5));
    expect(await balances()).toEqual([1_001, 5, undefined]);
    await store.execute(inherited, deposit('heir 1', 997));
    const replies = await Promise.all(
      ['gone', 'heir 2', 'heir 1'].map((purse) => store.execute(inherited, deposit(purse, 1))),
    );
    expect(replies).toEqual([1, 2, 3].map((balance) => ({ ok: true, data: { balance } })));
    expect(await balances()).toEqual([1_001, 1_002, 3]);
    expect(await store.replay(purses, 'heir 2')).toEqual({ balance: 3, moves: 3 });
    const foreign = await store.execute(inherited, deposit('gone', 1, 'acc_2'));
    expect(foreign).toMatchObject({ ok: false, error: { code: 'not_found' } });
  });

  it('answers a redelivered command with its stored reply, a refusal included', async () => {
    const store = storeOf();
    const paid = deposit('twice', 5);
    const refused = withdraw('twice', 50);
    const first = [await store.execute(purses, paid), await store.execute(purses, refused)];
    await store.execute(purses, deposit('twice', 100));
    const again = await Promise.all([store.execute(purses, paid), storeOf().execute(purses, refused)]);
    expect(again).toEqual(first);
    expect(again[1]).toEqual({
      ok: false,
      error: { code: 'too_little', message: 'There are only 5.', details: { balance: 5 } },
    });
    expect(await balanceOf('twice')).toBe(105);
  });

  it('has effect once when two processes handle the same command at the same time', async () => {
    const [one, other] = [storeOf(), storeOf()];
    const commands = Array.from({ length: 50 }, (_, index) => deposit(`race${index % 5}`, 1));
    const replies = await Promise.all(
      commands.flatMap((command) => [one.execute(purses, command), other.execute(purses, command)]),
    );
    expect(replies.every((reply) => reply?.ok)).toBe(true);
    for (let index = 0; index < 5; index += 1) expect(await balanceOf(`race${index}`)).toBe(10);
  });

  it('keeps a refusal, a fault and a conflict to the command they concern', async () => {
    const store = storeOf();
    const rival = storeOf();
    const [good, refused, faulty, contended, rivals] = await Promise.allSettled([
      store.execute(purses, deposit('good', 1)),
      store.execute(purses, withdraw('empty', 1)),
      store.execute(purses, deposit('faulty', 666)),
      store.execute(purses, deposit('contended', 1)),
      Promise.all(Array.from({ length: 20 }, () => rival.execute(purses, deposit('contended', 1)))),
    ]);
    expect(good).toMatchObject({ value: { ok: true, data: { balance: 1 } } });
    expect(refused).toMatchObject({ value: { ok: false } });
    expect(faulty).toMatchObject({
      status: 'rejected',
      reason: expect.objectContaining({ message: 'a fault in the rules' }),
    });
    expect([contended.status, rivals.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(await balanceOf('contended')).toBe(21);
    expect(await count('events', "stream in ('empty', 'faulty')")).toBe(0);
  });

  it('drops a command after its deadline, unless it had been handled before', async () => {
    const store = storeOf();
    const late = { ...deposit('late', 1), deadline: Date.now() - 1 };
    expect(await store.execute(purses, late)).toBeUndefined();
    expect(await balanceOf('late')).toBeUndefined();
    const early = { ...deposit('late', 1), deadline: Date.now() + 60_000 };
    const reply = await store.execute(purses, early);
    expect(await store.execute(purses, { ...early, deadline: Date.now() - 1 })).toEqual(reply);
  });

  it('tells what became of a command, and with expire makes "nothing" final', async () => {
    const store = storeOf();
    const handled = deposit('asked', 3);
    const reply = await store.execute(purses, handled);
    expect(await store.replyOf(handled.id, { expire: true })).toEqual(reply);
    const lost = deposit('asked', 4);
    expect(await store.replyOf(lost.id, { expire: false })).toBeNull();
    expect(await store.replyOf(lost.id, { expire: true })).toBeNull();
    expect(await store.execute(purses, lost)).toBeUndefined();
    expect(await balanceOf('asked')).toBe(3);
  });

  it('shows a stream to its own account only', async () => {
    const store = storeOf();
    await store.execute(purses, deposit('owned', 1));
    expect(await store.execute(purses, deposit('owned', 1, 'acc_2'))).toMatchObject({
      ok: false,
      error: { code: 'not_found' },
    });
    expect(await balanceOf('owned')).toBe(1);
  });

  it('moves inline rows with the events, and nothing at all when that fails', async () => {
    await pool.query(
      'create table if not exists bank.totals (purse text primary key, total int check (total < 1000))',
    );
    const store = storeOf(
      inline<Moved>({
        'purse.moved': async (events, tx) => {
          for (const { stream, data } of events)
            await tx.query(
              `insert into bank.totals as t values ($1, $2) on conflict (purse) do update set total = t.total + excluded.total`,
              [stream, data.amount],
            );
        },
      }),
    );
    await store.execute(purses, deposit('inline', 7));
    expect(await count('totals', "purse = 'inline' and total = 7")).toBe(1);
    const [broken, ...others] = await Promise.allSettled(
      [deposit('inline', 5000), deposit('beside', 1), deposit('beside', 2)].map((one) =>
        store.execute(purses, one),
      ),
    );
    expect(broken).toMatchObject({
      reason: { message: expect.stringContaining('violates check constraint') },
    });
    expect(others.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect([await balanceOf('inline'), await balanceOf('beside')]).toEqual([7, 3]);
  });

  describe.each<[string, string, Fail]>([
    ['an index row that is too large', '54000', 'insert into bank.wide values ($1)'],
    ['a subquery of two rows', '21000', 'select (select n from generate_series(1, 2) n), $1'],
    ['a value that does not fit', '22003', 'select $1, 2147483647 + length($1)'],
    ['an exception of its own', 'P0001', `do $$ begin raise 'no'; end $$`],
    ['a fault in the code', 'TypeError', () => Promise.reject(new TypeError('no'))],
    ['a refusal', 'Rejection', () => Promise.reject(new Rejection('conflict', 'No.'))],
    ['a fault in what follows', 'RangeError', 'follow'],
  ])('when what moves with the events fails: %s (%s)', (_what, code, fail) => {
    it('keeps it to the command that it comes from', async () => {
      await pool.query('create table if not exists bank.wide (text text primary key)');
      const store = storeOf(
        inline<Moved>({
          'purse.moved': async (events, tx) => {
            if (!events.some(({ stream }) => stream === `bad ${code}`)) return [];
            if (fail === 'follow') return [followUp(broken, withdraw('follow', 0))];
            if (typeof fail !== 'string') return fail();
            return void (await tx.query(
              fail,
              fail.includes('$1') ? [randomBytes(4_000).toString('hex')] : [],
            ));
          },
        }),
      );
      const [bad, ...others] = await Promise.allSettled(
        [`bad ${code}`, `one ${code}`, `two ${code}`].map((purse) =>
          store.execute(purses, deposit(purse, 1)),
        ),
      );
      expect(bad).toMatchObject({ status: 'rejected' });
      const { reason } = bad as { reason: { code?: string; name: string } };
      expect([reason.code, reason.name]).toContain(code);
      expect(others.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
      expect(await balanceOf(`bad ${code}`)).toBeUndefined();
      expect([await balanceOf(`one ${code}`), await balanceOf(`two ${code}`)]).toEqual([1, 1]);
    });
  });

  it.each([
    ['the connection is lost', { code: '57P01' }],
    ['Postgres has no room left', { code: '53100' }],
    ['the socket breaks', { code: 'ECONNRESET' }],
  ])('fails all of a batch at once when %s', async (_what, fault) => {
    let runs = 0;
    const store = storeOf(
      inline<Moved>({
        'purse.moved': () => {
          runs += 1;
          return Promise.reject(Object.assign(new Error('gone'), fault));
        },
      }),
    );
    const settled = await Promise.allSettled(
      [1, 2, 3].map((n) => store.execute(purses, deposit(`lost${n}`, 1))),
    );
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(runs).toBe(1);
  });

  it('finds two bad commands among 226 in few transactions', async () => {
    let runs = 0;
    const store = storeOf(
      inline<Moved>({
        'purse.moved': async (events) => {
          runs += 1;
          if (events.some(({ data }) => data.amount === 13))
            throw Object.assign(new Error('away'), { name: 'PeerUnavailable' });
        },
      }),
    );
    const settled = await Promise.allSettled(
      Array.from({ length: 226 }, (_, n) =>
        store.execute(purses, deposit(`many${n}`, n === 20 || n === 140 ? 13 : 1)),
      ),
    );
    expect(settled.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))).toEqual([20, 140]);
    expect(runs).toBeLessThan(40);
  });

  it('answers the others while one times out', async () => {
    const store = storeOf(
      inline<Moved>({
        'purse.moved': async (events, tx) => {
          if (!events.some(({ stream }) => stream === 'heavy')) return;
          await tx.query(`set local statement_timeout = '${events.length > 1 ? '200ms' : '2s'}'`);
          await tx.query('select pg_sleep(10)');
        },
      }),
    );
    const order: string[] = [];
    const heavy = store.execute(purses, deposit('heavy', 1)).catch((error: { code: string }) => {
      order.push(error.code);
    });
    await Promise.all(Array.from({ length: 100 }, (_, n) => store.execute(purses, deposit(`light${n}`, 1))));
    order.push('all others');
    await heavy;
    expect(order).toEqual(['all others', '57014']);
    expect(await balanceOf('heavy')).toBeUndefined();
  });

  it('refuses an event that the log could not take', async () => {
    const store = storeOf();
    const huge = { ...deposit('huge', 1), data: { purse: 'huge', amount: 1, note: 'x'.repeat(250_000) } };
    const echo: typeof purses = {
      ...purses,
      decider: {
        ...rules,
        decide: {
          ...rules.decide,
          'purse.deposit': ({ data }: Deposit) => [{ type: 'purse.moved' as const, data }],
        },
      },
    };
    expect(await store.execute(echo, huge)).toMatchObject({ ok: false, error: { code: 'too_large' } });
    expect(await count('events', "stream = 'huge'")).toBe(0);
  });

  it('does not publish what is private', async () => {
    const store = storeOf();
    await store.execute(purses, deposit('private', 1));
    const { rows } = await pool.query<{ type: string }>(
      `select e.type from bank.pending p join bank.events e using (position) where e.stream = 'private'`,
    );
    expect(rows).toEqual([{ type: 'purse.moved' }]);
  });

  it('gives a property-like history the same state as its replay under 8 writers', async () => {
    const stores = Array.from({ length: 8 }, () => storeOf());
    await Promise.all(
      Array.from({ length: 400 }, (_, index) =>
        stores[index % 8]!.execute(
          purses,
          index % 3 === 0 ? withdraw(`h${index % 7}`, index % 11) : deposit(`h${index % 7}`, index % 13),
        ),
      ),
    );
    for (let index = 0; index < 7; index += 1) {
      const { rows } = await pool.query<{ state: State }>('select state from bank.purses where stream = $1', [
        `h${index}`,
      ]);
      expect(rows[0]!.state).toEqual(await stores[0]!.replay(purses, `h${index}`));
    }
  });
});
