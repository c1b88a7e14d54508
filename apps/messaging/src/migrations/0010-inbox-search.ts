import { trigramOperators } from '@wbiz/eventing/postgres/schema';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { contactText, conversationText } from '../conversation/conversation-text.js';

type Row = {
  readonly id: string;
  readonly person: string;
  readonly phone: string | null;
  readonly name: string | null;
};
const AT_ONCE = 10_000;

/** The inbox by status, and by what people are called and written to by, in an index. */
export class InboxSearch1765000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const operators = await trigramOperators(runner);
    await runner.query(`
-- Apart from the conversations, whose rows move with every message and would take all trigrams along.
create table messaging.conversation_texts (
  stream     text primary key,
  account_id text not null,
  search     text not null
);
alter table messaging.contact_names add column search text;
`);
    await eachPage(runner, 'messaging.conversations', 'stream as id, person, name', (rows) =>
      runner.query(
        `insert into messaging.conversation_texts (stream, account_id, search)
         select c.stream, c.account_id, t.search from unnest($1::text[], $2::text[]) as t(id, search)
         join messaging.conversations c on c.stream = t.id`,
        [rows.map(({ id }) => id), rows.map(conversationText)],
      ),
    );
    await eachPage(runner, 'messaging.contact_names', 'contact_id as id, phone, name', (rows) =>
      runner.query(
        `update messaging.contact_names n set search = t.search
         from unnest($1::text[], $2::text[]) as t(id, search) where n.contact_id = t.id`,
        [rows.map(({ id }) => id), rows.map(contactText)],
      ),
    );
    await runner.query(`
create index conversation_texts_search on messaging.conversation_texts using gin (account_id, search ${operators});
create index contact_names_search on messaging.contact_names using gin (account_id, search ${operators})
  where search is not null;
-- Open from its first message on, which comes before the state.
alter table messaging.conversations
  add column status text not null generated always as (coalesce(state->>'status', 'open')) stored;
create index conversations_by_status on messaging.conversations (account_id, status, last_minute desc);
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}

/** Goes through a table by its key, which is the first of `columns`, as id. */
async function eachPage(
  runner: QueryRunner,
  table: string,
  columns: string,
  handle: (rows: readonly Row[]) => Promise<unknown>,
): Promise<void> {
  const [key] = columns.split(' ');
  for (let last = ''; ;) {
    const rows = (await runner.query(
      `select ${columns} from ${table} where ${key} > $1 order by ${key} limit ${AT_ONCE}`,
      [last],
    )) as Row[];
    if (rows.length > 0) await handle(rows);
    if (rows.length < AT_ONCE) return;
    last = rows.at(-1)!.id;
  }
}
