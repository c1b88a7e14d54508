import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Inbox1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- The inbox row is also the aggregate row of its conversation: messages update the columns, staff the state.
alter table messaging.conversations rename column id to stream;
alter table messaging.conversations
  add column version integer not null default 0,
  add column state jsonb,
  add column created_at timestamptz not null default clock_timestamp(),
  add column updated_at timestamptz not null default clock_timestamp();
update messaging.conversations set state = jsonb_build_object(
  'status', 'open', 'assignee', null, 'contactId', contact_id, 'phoneNumberId', phone_number_id);

-- The order of the inbox, to the minute: with an index over the time itself no message's update would stay on its page
-- (HOT). This way only the first of a minute leaves it; lists sort within a minute.
alter table messaging.conversations add column last_minute timestamp not null
  generated always as (date_trunc('minute', last_message_at at time zone 'UTC')) stored;
create index conversations_newest on messaging.conversations (account_id, last_minute desc);
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
