import type { MigrationInterface, QueryRunner } from 'typeorm';

export class MessageWamids1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- A column, not an index over (state->>'wamid'): an update stays on its page (HOT) only if it changes no column that
-- an index reads, also in an expression; the state changes with every update.
alter table messaging.messages add column wamid text generated always as (state->>'wamid') stored;
create index messages_by_wamid on messaging.messages (wamid) where wamid is not null;
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
