import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Flows1765330000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Copies of Meta's lists of flows. A flow that Meta no longer lists keeps its row and so its id, in case it comes back.
create table templates.flows (
  id         text collate "C" primary key,
  account_id text        not null,
  meta_id    text        not null,
  name       text        not null,
  status     text        not null,
  categories text[]      not null,
  updated_at timestamptz not null,
  listed     boolean     not null default true,
  unique (account_id, meta_id)
);
create index flows_newest on templates.flows (account_id, id desc) where listed;

-- Like templates.syncs, for flows.
create table templates.flow_syncs (like templates.syncs including all) with (fillfactor = 50);
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
