import type { MigrationInterface, QueryRunner } from 'typeorm';

export class OutcomesAndUsage1765100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- An index lists messages of rare statuses. The column leaves out the common ones, so that their updates stay on their
-- page (HOT); a list that scans the newest messages finds those soon.
alter table messaging.messages
  add column outcome text generated always as
    (case when state->>'status' in ('failed', 'received', 'outcome_unknown') then state->>'status' end) stored,
  add column sent boolean generated always as
    (state->>'direction' = 'out' and state->>'wamid' is not null) stored;
create index messages_by_outcome on messaging.messages (account_id, outcome, stream collate "C" desc)
  where outcome is not null;
-- For counts without reading rows. It changes together with the wamid, which an index reads already.
create index messages_sent on messaging.messages (account_id, stream collate "C") where sent;
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
