import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SmallMessages1767000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Meta's id comes after the message: in an index of its own it leaves the message's row on its page (HOT).
create table messaging.wamids (
  wamid      text    not null,
  account_id text    not null,
  message_id text    not null collate "C",
  direction  text    not null,
  sent       boolean not null,
  primary key (wamid, account_id, direction)
);
insert into messaging.wamids
select wamid, account_id, stream, state->>'direction', sent from messaging.messages where wamid is not null
on conflict do nothing;
create index wamids_sent on messaging.wamids (account_id, message_id) where sent;
alter table messaging.messages drop column wamid, drop column sent;
-- A send begins as it is accepted unless something is before it.
create index dispatch_deferred on messaging.dispatch (conversation_id) where state = 'deferred';
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
