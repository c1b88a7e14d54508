import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { ReadEvents } from '@wbiz/contracts/feed';
import { newId } from '@wbiz/contracts/ids';
import { positionOf } from '../subscription/readers.projection.js';
import { webhooksSystem, type WebhooksSystem } from '../webhooks.harness.js';
import { feedCursor } from './feed.cursor.js';
import { removeExpired } from './feed-retention.js';

jest.setTimeout(90_000);
const NOW = new Date('2026-11-29T12:00:00.000Z');
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000);
let system: WebhooksSystem;
let feed: Awaited<ReturnType<WebhooksSystem['start']>>;
beforeAll(async () => {
  system = await webhooksSystem();
  feed = await system.start();
});
afterAll(() => system.close());

/** An account with one event per entry of `days`, that many days old, in this order. */
async function account(...days: readonly number[]): Promise<string> {
  const accountId = newId('acc');
  await system.pool.query(
    `insert into webhooks.feed (account_id, sequence, id, type, created_at, data)
     select $1, n, 'evt_' || n, 'message.received', at, '{}' from unnest($2::timestamptz[]) with ordinality as e(at, n)`,
    [accountId, days.map(daysAgo)],
  );
  await system.pool.query('insert into webhooks.feed_heads (account_id, sequence) values ($1, $2)', [
    accountId,
    days.length,
  ]);
  return accountId;
}
const kept = async (accountId: string) =>
  (await system.readAll(feed, accountId)).events.map(({ sequence }) => sequence);

it('deletes events older than 30 days of every account, but none after one that is kept', async () => {
  const [old, mixed, fresh] = [
    await account(...Array.from({ length: 1_200 }, () => 31)),
    await account(40, 31, 29, 31, 2),
    await account(29.9, 1),
  ];
  await removeExpired(system.pool, NOW);
  expect([await kept(old), await kept(mixed), await kept(fresh)]).toEqual([[], [3, 4, 5], [1, 2]]);
});

it.each<Pick<ReadEvents, 'types'>>([{}, { types: ['message.received'] }, { types: ['message.status'] }])(
  'a cursor behind which something was removed is expired, the one right before what is kept is not: %j',
  async (chosen) => {
    const accountId = await account(40, 40, 40, 3, 2);
    await removeExpired(system.pool, NOW);
    const read = (sequence: number) => feed.read({ accountId, since: feedCursor(sequence), ...chosen });
    for (const sequence of [0, 2])
      await expect(read(sequence)).rejects.toMatchObject({ code: 'cursor_expired' });
    for (const sequence of [3, 4, 5])
      expect(await read(sequence)).toMatchObject({ nextCursor: feedCursor(5) });
    expect(await feed.read({ accountId, ...chosen })).toMatchObject({ nextCursor: feedCursor(5) });
  },
);

it('a position by time is found although the oldest events are deleted', async () => {
  const accountId = await account(...Array.from({ length: 50 }, (_, at) => 55 - at));
  const position = async (days: number) => {
    const { rows } = await system.pool.query<{ at: number }>(
      `select ${positionOf('$1', '$2::timestamptz')}::int as at`,
      [accountId, daysAgo(days)],
    );
    return rows[0]!.at;
  };
  expect([await position(60), await position(20), await position(1)]).toEqual([0, 35, 50]);
  await removeExpired(system.pool, NOW);
  // Deletes the 25 oldest (55 to 31 days old), keeps the one that is 30 days old.
  expect([await position(60), await position(20), await position(1)]).toEqual([25, 35, 50]);
});
