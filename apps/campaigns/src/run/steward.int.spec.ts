import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { serviceDatabase } from '@wbiz/testing/stack';
import { MIGRATIONS } from '../migrations/migrations.js';
import { TO_LOOK_AFTER } from './due-campaigns.js';

let database: Awaited<ReturnType<typeof serviceDatabase>>;

/** Run rows by campaign: the status, and the columns that decide whether the steward looks at it. */
const RUNS = {
  due: `'scheduled', now() - interval '1 s', null, null, '{"queued": 0}'`,
  later: `'scheduled', now() + interval '1 h', null, null, '{"queued": 0}'`,
  running: `'running', now(), null, null, '{"queued": 3}'`,
  requested: `'paused', now(), 'requested', null, '{"queued": 3}'`,
  limited: `'paused', now(), 'messaging_limit', null, '{"queued": 3}'`,
  retrying: `'completed', now(), null, 'null', '{"queued": 0}'`,
  'retrying, paused': `'paused', now(), 'requested', '["131042"]', '{"queued": 0}'`,
  'under way': `'cancelled', now(), null, null, '{"queued": 3}'`,
  cancelled: `'cancelled', now(), null, null, '{"queued": 0}'`,
};

beforeAll(async () => {
  database = await serviceDatabase('campaigns', MIGRATIONS);
  const given = (id: string, values: string) => `(${id}, 'acc_1', '1', ${values})`;
  const insert = (rows: string) =>
    database.pool.query(`insert into campaigns.runs
      (campaign_id, account_id, phone_number_id, status, starts_at, reason, retrying, reported) ${rows}`);
  await insert(
    `values ${Object.entries(RUNS)
      .map(([id, values]) => given(`'${id}'`, values))
      .join()}`,
  );
  await insert(`select 'over ' || n, 'acc_1', '1', 'completed', now(), null, null, '{"queued": 0}'::jsonb
    from generate_series(1, 20000) n`);
  await database.pool.query('analyze campaigns.runs');
});
afterAll(() => database.close());

it('looks at campaigns that are due, run, may resume, have a retry, or ended with sends in progress', async () => {
  const { rows } = await database.pool.query<{ campaign_id: string }>(
    `select campaign_id from campaigns.runs where ${TO_LOOK_AFTER} order by run`,
  );
  expect(rows.map((row) => row.campaign_id)).toEqual([
    'due',
    'running',
    'limited',
    'retrying',
    'retrying, paused',
    'under way',
  ]);
});

it('finds them without reading campaigns that are over', async () => {
  const { rows } = await database.pool.query<{ 'QUERY PLAN': string }>(
    `explain select run from campaigns.runs where ${TO_LOOK_AFTER}`,
  );
  expect(rows.map((row) => row['QUERY PLAN']).join('\n')).not.toContain('Seq Scan');
});
