import { aggregateTable } from '@wbiz/eventing/postgres/schema';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Media1764500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(aggregateTable('messaging', 'media'));
    await runner.query(`
alter table messaging.media
  add column sha256 text generated always as (state->>'sha256') stored,
  add column live boolean generated always as (state->>'deletedAt' is null) stored;
create index media_by_bytes on messaging.media (account_id, sha256);

-- The files of an account in the store, equal bytes once, and Meta's copy of them. A transaction that adds a medium
-- with the bytes, or removes them, locks the row first.
create table messaging.media_files (
  account_id      text        not null,
  sha256          text        not null,
  key             text        not null unique,
  meta_id         text,
  uploaded_at     timestamptz,
  uploading_until timestamptz,
  primary key (account_id, sha256)
) with (fillfactor = 80);

-- Tasks of media: upload to Meta, fetch from Meta, remove the bytes. lost: the fetch failed for good.
create table messaging.media_tasks (
  media_id   text        primary key,
  account_id text        not null,
  kind       text        not null check (kind in ('upload', 'fetch', 'remove', 'lost')),
  data       jsonb       not null,
  attempt    integer     not null default 0,
  not_before timestamptz not null default now(),
  created_at timestamptz not null default now()
) with (fillfactor = 70);
create index media_tasks_due on messaging.media_tasks (not_before) where kind <> 'lost';
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
