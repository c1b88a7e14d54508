import { aggregateTable, eventingTables } from '@wbiz/eventing/postgres/schema';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Templates1763805600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(eventingTables('templates'));
    await runner.query(aggregateTable('templates', 'templates'));
    await runner.query(aggregateTable('templates', 'sync_requests'));
    await runner.query(`
-- Lists scan this index and filter row by row: an account has some thousand templates at most.
create index templates_newest on templates.templates (account_id, stream desc);
create unique index templates_name on templates.templates
  (account_id, (state->'view'->>'name'), (state->'view'->>'language')) where state->'removed' = 'false';
create index templates_meta on templates.templates (account_id, (state->'view'->>'metaId'));

create index sync_requests_open on templates.sync_requests (account_id) where state->'reply' = 'null';

-- A copy of the gateway's accounts, built from its events.
create table templates.accounts (
  id      text primary key,
  waba_id text not null unique
);

-- One row per account: when its templates are pulled from Meta next, and the lease of a pull under way. fence rises
-- with every claim. requests counts requests for a pull: if it rises during a pull, another pull follows.
create table templates.syncs (
  account_id  text        primary key,
  due_at      timestamptz,
  requests    bigint      not null default 1,
  failures    integer     not null default 0,
  lease_until timestamptz,
  fence       bigint      not null default 0,
  pulled_at   timestamptz
) with (fillfactor = 50);
create index syncs_due on templates.syncs (due_at) where due_at is not null;
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
