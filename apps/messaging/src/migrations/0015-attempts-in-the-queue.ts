import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AttemptsInTheQueue1766700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- The queue's row holds the current attempt; message.attempted is not written any more.
alter table messaging.dispatch add column started_at timestamptz;
update messaging.dispatch d set started_at = e.at
from (select stream, max(created_at) as at from messaging.events
      where type = 'message.attempted' and stream in (select message_id from messaging.dispatch) group by stream) e
where d.message_id = e.stream;
update messaging.messages m
set state = m.state - 'attempt' - 'attemptOpen' || jsonb_build_object(
  'deferrals', case when d.state in ('started', 'unknown') then d.attempt - 1 else d.attempt end,
  'isUnknown', d.state = 'unknown')
from messaging.dispatch d where d.message_id = m.stream;
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
