import { personKey } from '@wbiz/contracts/text/phone';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const AT_ONCE = 50_000;

/** Links the number and the user id of a person, from messages that were received with both. */
export class People1766800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- The person of a user id or number. A person is named by the number or user id that its ids are derived from; a number
-- or user id without a row is a person of its own.
create table messaging.people (
  account_id text    not null,
  alias      text    not null,
  person     text    not null,
  former     boolean not null default false,
  primary key (account_id, alias)
);
create index people_by_person on messaging.people (account_id, person);
-- Null: the contact has none, or the event with it has not come yet.
alter table messaging.contact_names add column user_id text;

-- Conversations that have become a part of another.
create table messaging.merged_conversations (
  stream      text primary key,
  into_stream text not null
);
create index merged_conversations_into on messaging.merged_conversations (into_stream);
`);
    const [{ last = null } = {}] = (await runner.query(
      'select max(position)::text as last from messaging.events',
    )) as { last: string | null }[];
    for (let after = 0; last !== null && after < Number(last); after += AT_ONCE) {
      const rows = (await runner.query(
        `select account_id, data->>'userId' as user_id, data->>'from' as phone from messaging.events
         where position > $1 and position <= $2 and type = 'message.received'
           and data->>'userId' is not null and data->>'from' is not null order by position`,
        [after, after + AT_ONCE],
      )) as { account_id: string; user_id: string; phone: string }[];
      const links = new Map(rows.map((row) => [`${row.account_id} ${row.user_id}`, row]));
      await runner.query(
        `insert into messaging.people (account_id, alias, person) select * from unnest($1::text[], $2::text[], $3::text[])
         on conflict (account_id, alias) do update set person = excluded.person`,
        [
          [...links.values()].map((row) => row.account_id),
          [...links.values()].map((row) => row.user_id),
          [...links.values()].map((row) => personKey(row.phone)),
        ],
      );
    }
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
