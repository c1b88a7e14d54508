import { aggregateTable } from '@wbiz/eventing/postgres/schema';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class QuickReplies1765200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(aggregateTable('templates', 'quick_replies'));
    await runner.query(`
-- Null in a deleted quick reply, which no list shows.
alter table templates.quick_replies add column shortcut text generated always as
  (case when not (state->>'deleted')::boolean then state->>'key' end) stored;
create unique index quick_replies_shortcut on templates.quick_replies (account_id, shortcut);
create index quick_replies_newest on templates.quick_replies (account_id, stream desc) where shortcut is not null;
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
