import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { newId } from '@wbiz/contracts/ids';
import { until } from '@wbiz/testing/stack';
import { webhooksSystem, type WebhooksSystem } from '../webhooks.harness.js';
import { feedCursor } from './feed.cursor.js';
import { feedProjection } from './feed.projection.js';

jest.setTimeout(90_000);
let system: WebhooksSystem;
let one: Awaited<ReturnType<WebhooksSystem['start']>>;
let other: typeof one;

beforeAll(async () => {
  system = await webhooksSystem();
  one = await system.start();
  other = await system.start();
});
afterAll(() => system.close());

const MIX = [
  'message.received',
  'message.status',
  'template.changed',
  'account.updated',
  'template.status',
  'account.status',
] as const;
const SHOWN = ['message.received', 'message.status', 'template.status', 'account.status'];

/** Publishes the mix of events `times` times for each account; with `twice` each event twice. */
async function publishMix(accounts: readonly string[], times: number, twice = false) {
  for (let time = 0; time < times; time += 1)
    for (const type of MIX)
      for (const accountId of accounts) {
        const record = await system.publishUnread(accountId, type, { time, text: 'ü 🎉 "quoted"' });
        if (twice) await system.repeat(record);
      }
}
const newAccounts = (count: number) => Array.from({ length: count }, () => newId('acc'));

describe('the feed', () => {
  it("shows an account its own events, in the log's order, numbered without a gap, whatever the pages", async () => {
    const accounts = newAccounts(4);
    await publishMix(accounts, 5);
    for (const accountId of accounts) {
      await system.filled(accountId, 20);
      const { events, pages } = await system.readAll(other, accountId, 3);
      expect(events.map(({ type }) => type)).toEqual(Array.from({ length: 5 }, () => SHOWN).flat());
      expect(events.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
      expect(pages).toHaveLength(7);
      expect(events[0]).toEqual({
        id: expect.stringMatching(/^evt_/),
        sequence: 1,
        type: 'message.received',
        createdAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
        data: { time: 0, text: 'ü 🎉 "quoted"' },
      });
      expect(await system.readAll(one, accountId)).toMatchObject({ events });
    }
  });

  it('has an event once that the log has twice, and the same cursors after a rebuild from the log', async () => {
    const accounts = newAccounts(5);
    await publishMix(accounts, 4, true);
    for (const accountId of accounts) await system.filled(accountId, 16);
    const before = await Promise.all(accounts.map((accountId) => system.readAll(one, accountId, 5)));
    expect(before.map(({ events }) => events.length)).toEqual(accounts.map(() => 16));
    const table = async () =>
      (await system.pool.query('select * from webhooks.feed order by account_id, sequence'))
        .rows as unknown[];
    const checkpoints = async () =>
      (await system.pool.query('select * from webhooks.checkpoints order by projection, source, partition'))
        .rows as unknown[];
    const [rows, marks] = [await table(), await checkpoints()];

    await Promise.all([one.stop(), other.stop()]);
    await system.rebuild(feedProjection(), () =>
      until(async () => (await table()).length === rows.length, { timeoutMs: 30_000 }),
    );
    expect(await table()).toEqual(rows);
    expect(await checkpoints()).toEqual(marks);
    [one, other] = [await system.start(), await system.start()];
    expect(await Promise.all(accounts.map((accountId) => system.readAll(one, accountId, 5)))).toEqual(before);

    await system.publishUnread(accounts[0]!, 'message.received');
    await system.filled(accounts[0]!, 17);
    const since = before[0]!.pages.at(-1)!.nextCursor;
    const { data } = await one.read({ accountId: accounts[0]!, since });
    expect(data.map(({ sequence }) => sequence)).toEqual([17]);
  });

  it('waits at a broken event, for its account only, and skips nothing', async () => {
    const [bad, good] = newAccounts(2) as [string, string];
    await system.pool.query(
      `create function webhooks.refuse() returns trigger language plpgsql as
         'begin if new.data->>''text'' = ''broken'' then raise exception ''no''; end if; return new; end';
       create trigger refuse before insert on webhooks.feed for each row execute function webhooks.refuse()`,
    );
    for (const text of ['first', 'broken', 'last'])
      for (const accountId of [bad, good])
        await system.publishUnread(accountId, 'message.received', {
          text: accountId === bad ? text : 'fine',
        });
    // Accounts on different partitions do not wait for each other.
    await Promise.all([system.filled(good, 3), system.filled(bad, 1)]);
    const texts = async () =>
      (await system.readAll(one, bad)).events.map(({ sequence, data }) => [sequence, data['text']]);
    expect(await texts()).toEqual([[1, 'first']]);
    await system.pool.query('drop trigger refuse on webhooks.feed');
    await system.filled(bad, 3);
    expect(await texts()).toEqual([
      [1, 'first'],
      [2, 'broken'],
      [3, 'last'],
    ]);
  });

  it('repairs itself after its database was restored from an older backup', async () => {
    const accounts = newAccounts(3);
    await publishMix(accounts, 2);
    for (const accountId of accounts) await system.filled(accountId, 8);
    await Promise.all([one.stop(), other.stop()]);
    const tables = ['feed', 'feed_heads', 'checkpoints'];
    for (const table of tables)
      await system.pool.query(`create table webhooks.old_${table} as table webhooks.${table}`);
    [one, other] = [await system.start(), await system.start()];
    await publishMix(accounts, 3);
    for (const accountId of accounts) await system.filled(accountId, 20);
    const before = await Promise.all(accounts.map((accountId) => system.readAll(one, accountId)));
    await Promise.all([one.stop(), other.stop()]);
    for (const table of tables)
      await system.pool.query(
        `truncate webhooks.${table}; insert into webhooks.${table} table webhooks.old_${table}; drop table webhooks.old_${table}`,
      );

    [one, other] = [await system.start(), await system.start()];
    for (const accountId of accounts) await system.filled(accountId, 20);
    expect(await Promise.all(accounts.map((accountId) => system.readAll(one, accountId)))).toEqual(before);
  });

  it('stays whole while replicas come and go', async () => {
    const accounts = newAccounts(6);
    const publishing = publishMix(accounts, 40);
    const third = await system.start();
    await third.stop();
    await publishing;
    for (const accountId of accounts) {
      await system.filled(accountId, 160);
      const { events } = await system.readAll(one, accountId);
      expect(events.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 160 }, (_, at) => at + 1));
      expect(new Set(events.map(({ id }) => id)).size).toBe(160);
    }
  });
});

describe('a read', () => {
  const accountId = newId('acc');
  /** 12,000 events of one type, then one of another. */
  beforeAll(async () => {
    await system.pool.query(
      `insert into webhooks.feed (account_id, sequence, id, type, created_at, data)
       select $1, n, 'evt_' || n, case when n = 12001 then 'template.status' else 'message.status' end, now(), '{}'
       from generate_series(1, 12001) n`,
      [accountId],
    );
    await system.pool.query('insert into webhooks.feed_heads values ($1, 12001)', [accountId]);
  });

  it('of rare types finds their events after any number of others', async () => {
    const { data, nextCursor } = await one.read({ accountId, types: ['template.status'] });
    expect(data.map(({ sequence }) => sequence)).toEqual([12001]);
    expect(nextCursor).toBe(feedCursor(12001));
  });

  it('that finds none of its types continues after the events that it has scanned', async () => {
    const page = await one.read({ accountId, types: ['account.status'] });
    expect(page).toEqual({ data: [], nextCursor: feedCursor(12001) });
    expect(await one.read({ accountId, types: ['account.status'], since: page.nextCursor })).toEqual(page);
  });

  it('of types has a cursor that neither leaves out nor repeats', async () => {
    const read = (since: string) => one.read({ accountId, types: ['message.status'], limit: 2, since });
    const first = await read(feedCursor(11_997));
    expect(first).toMatchObject({
      data: [{ sequence: 11998 }, { sequence: 11999 }],
      nextCursor: feedCursor(11_999),
    });
    const second = await read(first.nextCursor);
    expect(second).toMatchObject({ data: [{ sequence: 12000 }], nextCursor: feedCursor(12_001) });
  });

  it('returns 50 unless told otherwise, and an empty page its own cursor', async () => {
    expect((await one.read({ accountId })).data).toHaveLength(50);
    expect(await one.read({ accountId: newId('acc') })).toEqual({ data: [], nextCursor: feedCursor(0) });
    expect(await one.read({ accountId, since: feedCursor(12_001) })).toEqual({
      data: [],
      nextCursor: feedCursor(12_001),
    });
  });

  it.each(['since', 'before'])('with a foreign cursor in %s is refused', (parameter) =>
    expect(one.read({ accountId, [parameter]: 'yesterday' })).rejects.toMatchObject({
      code: 'invalid_request',
      details: [{ pointer: `?${parameter}` }],
    }),
  );

  it('since now is the cursor of the end at once, of an account without events too', async () => {
    const begun = performance.now();
    for (const types of [undefined, ['message.status'] as const])
      expect(
        await one.read({ accountId, since: 'now', wait: 20, ...(types && { types: [...types] }) }),
      ).toEqual({
        data: [],
        nextCursor: feedCursor(12_001),
      });
    expect(await one.read({ accountId: newId('acc'), since: 'now' })).toEqual({
      data: [],
      nextCursor: feedCursor(0),
    });
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  it('goes back from the end or from a cursor, the newest first, and on again from where that ends', async () => {
    const first = await one.read({ accountId, before: 'now', limit: 3 });
    expect(first.data.map(({ sequence }) => sequence)).toEqual([12_001, 12_000, 11_999]);
    const second = await one.read({ accountId, before: first.nextCursor, limit: 2 });
    expect(second.data.map(({ sequence }) => sequence)).toEqual([11_998, 11_997]);
    const on = await one.read({ accountId, since: second.nextCursor, limit: 3 });
    expect(on.data.map(({ sequence }) => sequence)).toEqual([11_997, 11_998, 11_999]);
    const oldest = await one.read({ accountId, before: feedCursor(2) });
    expect(oldest.data.map(({ sequence }) => sequence)).toEqual([2, 1]);
    expect(oldest.nextCursor).toBe(feedCursor(0));
    expect(await one.read({ accountId, before: feedCursor(0) })).toEqual({
      data: [],
      nextCursor: feedCursor(0),
    });
    expect(await one.read({ accountId: newId('acc'), before: 'now' })).toEqual({
      data: [],
      nextCursor: feedCursor(0),
    });
  });

  it('that goes back for rare types neither leaves out nor repeats events', async () => {
    expect(await one.read({ accountId, before: 'now', types: ['account.status'] })).toEqual({
      data: [],
      nextCursor: feedCursor(0),
    });
    const read = (before: string) => one.read({ accountId, types: ['message.status'], limit: 2, before });
    const first = await read('now');
    expect(first).toMatchObject({
      data: [{ sequence: 12_000 }, { sequence: 11_999 }],
      nextCursor: feedCursor(11_998),
    });
    expect((await read(first.nextCursor)).data.map(({ sequence }) => sequence)).toEqual([11_998, 11_997]);
    expect(await read(feedCursor(1))).toMatchObject({ data: [{ sequence: 1 }], nextCursor: feedCursor(0) });
  });
});

describe('a read that waits', () => {
  it('ends within 200 ms of the event, on the replica that projects and on the other', async () => {
    const delays: number[] = [];
    for (const accountId of newAccounts(7)) {
      let published = 0;
      const reads = [one, other].map(async ({ read }) => {
        const { data } = await read({ accountId, wait: 20 });
        delays.push(performance.now() - published);
        expect(data.map(({ type }) => type)).toEqual(['message.received']);
      });
      // These reads go over the same connections: once they are answered, the reads above have arrived.
      await Promise.all([one, other].map(({ read }) => read({ accountId })));
      published = performance.now();
      await system.publishUnread(accountId, 'message.received');
      await Promise.all(reads);
    }
    delays.sort((a, b) => a - b);
    // The measurement is repeated, since the machine may be busy.
    expect(delays[Math.floor(delays.length / 2)]).toBeLessThan(200);
    expect(delays.at(-1)).toBeLessThan(1_000);
  });

  it('for a type is not ended by events of other types', async () => {
    const [accountId] = newAccounts(1) as [string];
    const reading = one.read({ accountId, types: ['template.status'], wait: 20 });
    await system.publishUnread(accountId, 'message.received');
    await system.filled(accountId, 1);
    await system.publishUnread(accountId, 'template.status');
    expect(await reading).toMatchObject({
      data: [{ sequence: 2, type: 'template.status' }],
      nextCursor: feedCursor(2),
    });
  });

  it('ends after its time with an empty page', async () => {
    const begun = performance.now();
    expect(await one.read({ accountId: newId('acc'), wait: 1 })).toEqual({
      data: [],
      nextCursor: feedCursor(0),
    });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(990);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  it('answers at once if there are events', async () => {
    const [accountId] = newAccounts(1) as [string];
    await system.publishUnread(accountId, 'message.received');
    await system.filled(accountId, 1);
    const begun = performance.now();
    expect((await one.read({ accountId, wait: 20 })).data).toHaveLength(1);
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  it('ends at once when its replica stops', async () => {
    const third = await system.start();
    const waiting = third.read({ accountId: newId('acc'), wait: 30 });
    await third.read({ accountId: newId('acc') }); // over the same connection, so the other read has arrived
    const begun = performance.now();
    const stopped = third.stop();
    expect(await waiting).toEqual({ data: [], nextCursor: feedCursor(0) });
    expect(performance.now() - begun).toBeLessThan(500);
    await stopped;
  });
});
