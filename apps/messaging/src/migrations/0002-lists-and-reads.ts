import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ListsAndReads1763830000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- No index over the state: every update of a message would then touch every index (no HOT). The constant field that
-- lists filter by gets a column; ids sort by time.
alter table messaging.messages add column conversation_id text generated always as (state->>'conversationId') stored;
drop index messaging.messages_by_account;
create index messages_newest on messaging.messages (account_id, stream collate "C" desc);
create index messages_in_conversation on messaging.messages (conversation_id, stream collate "C" desc);
create index conversations_by_contact on messaging.conversations (account_id, contact_id);

-- Read receipts to send to Meta, and where the sender of the command waits for the outcome.
create table messaging.reads (
  message_id      text        primary key,
  account_id      text        not null,
  phone_number_id text        not null,
  wamid           text        not null,
  typing          boolean     not null,
  awaiting        jsonb,
  attempt         integer     not null default 0,
  not_before      timestamptz not null default now()
) with (fillfactor = 70);
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
