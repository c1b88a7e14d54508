import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freshSchema, SCHEMA } from './outbox.samples.js';
import { maintainReplyPartitions } from './reply-partitions.js';
import { inTransaction } from './transaction.js';

const NOW = new Date('2026-03-01T13:37:00Z');
const hours = (count: number) => new Date(NOW.getTime() + count * 3_600_000);

let database: Awaited<ReturnType<typeof freshSchema>>;
beforeEach(async () => {
  await database?.drop();
  database = await freshSchema();
});
afterAll(() => database.drop());

const maintain = (now = NOW) => maintainReplyPartitions(database.pool, SCHEMA, now);
const keep = (commandId: string, at: Date) =>
  database.pool.query(`insert into ${SCHEMA}.replies values ($1, $2, '{"ok":true}')`, [commandId, at]);
/** The commands in each partition. */
const held = async () =>
  Object.fromEntries(
    (
      await database.pool.query<{ command_id: string; partition: string }>(
        `select command_id, tableoid::regclass::text as partition from ${SCHEMA}.replies order by 1`,
      )
    ).rows.map(({ command_id, partition }) => [command_id, partition.replace(`${SCHEMA}.`, '')]),
  );

describe('partitions of replies', () => {
  it('stand ready from the last hour to three ahead, and are made once', async () => {
    expect(await maintain()).toEqual({
      created: ['2026030112', '2026030113', '2026030114', '2026030115', '2026030116'].map(
        (hour) => `replies_${hour}`,
      ),
      dropped: [],
    });
    expect(await maintain()).toEqual({ created: [], dropped: [] });
    expect(await maintain(hours(2))).toEqual({
      created: ['replies_2026030117', 'replies_2026030118'],
      dropped: [],
    });
  });

  it('take each reply by its hour; one of any other time still finds a place', async () => {
    await maintain();
    await keep('now', NOW);
    await keep('next', hours(1));
    await keep('far', hours(1_000));
    await keep('old', hours(-20));
    expect(await held()).toEqual({
      now: 'replies_2026030113',
      next: 'replies_2026030114',
      far: 'replies_default',
      old: 'replies_default',
    });
  });

  it('take over what came before they were there', async () => {
    await keep('now', NOW);
    await keep('late', hours(-30));
    await maintain();
    expect(await held()).toEqual({ now: 'replies_2026030113' });
    await expect(keep('now', NOW)).rejects.toThrow('duplicate key');
  });

  it('are dropped 24 hours after their end, and not before', async () => {
    await maintain();
    await keep('now', NOW);
    await keep('stray', hours(-2));
    expect((await maintain(hours(24))).dropped).toEqual(['replies_2026030112']);
    expect(await held()).toEqual({ now: 'replies_2026030113' });
    expect((await maintain(hours(25))).dropped).toEqual(['replies_2026030113']);
    expect(await held()).toEqual({});
  });

  it('are made once by several replicas, while replies are stored', async () => {
    let storing = true;
    // Reads stored replies first and then stores one, as the event store does.
    const store = async (writer: number) => {
      let kept = 0;
      for (; storing; kept += 1) {
        await inTransaction(database.pool, async (tx) => {
          await tx.query(`select from ${SCHEMA}.replies where command_id = 'x'`);
          await tx.query(`insert into ${SCHEMA}.replies values ($1, $2, null)`, [
            `cmd_${writer}_${kept}`,
            hours((kept % 6) - 2),
          ]);
        });
      }
      return kept;
    };
    const stored = Promise.all([1, 2, 3, 4].map(store));
    const outcomes = await Promise.all([maintain(), maintain(), maintain(hours(1)), maintain(hours(2))]);
    storing = false;
    const kept = (await stored).reduce((sum, count) => sum + count, 0);
    expect(outcomes.flatMap(({ created }) => created).length).toBeGreaterThanOrEqual(7);
    expect(Object.keys(await held())).toHaveLength(kept);
  });
});
