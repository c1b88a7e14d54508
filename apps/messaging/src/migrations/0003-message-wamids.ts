import type { MigrationInterface, QueryRunner } from 'typeorm';

export class MessageWamids1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- A column and not an index over (state->>'wamid'): Postgres keeps an update on its page (HOT) only while no column
-- changes that an index uses, expressions included, and the state changes every time.
alter table messaging.messages add column wamid text generated always as (state->>'wamid') stored;
create index messages_by_wamid on messaging.messages (wamid) where wamid is not null;
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
