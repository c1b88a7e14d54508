import { eventingTables } from '@wbiz/eventing/postgres/schema';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Webhooks1763805600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(eventingTables('webhooks'));
    await runner.query(`
-- Append-only, in order of the account's sequence, without gaps.
create table webhooks.feed (
  account_id text        not null,
  sequence   bigint      not null,
  id         text        not null,
  type       text        not null,
  created_at timestamptz not null,
  data       json        not null,
  primary key (account_id, sequence)
);
create table webhooks.feed_heads (
  account_id text   primary key,
  sequence   bigint not null
) with (fillfactor = 50);
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
