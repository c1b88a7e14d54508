import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SmallMessages1767000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Meta's id comes later than the message's row: with a table of its own the row's update stays on its page (HOT).
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
-- A send starts as it is accepted unless another one to the person is deferred.
create index dispatch_deferred on messaging.dispatch (conversation_id) where state = 'deferred';
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
