import { trigramOperators } from '@wbiz/eventing/postgres/schema';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { contactText, conversationText } from '../conversation/search-text.js';

type Conversation = { id: string; account_id: string; person: string; name: string | null };
type Contact = { id: string; account_id: string; phone: string | null; name: string | null };
const AT_ONCE = 10_000;

/** Indexes of the inbox by status and over people's names and numbers. */
export class InboxSearch1765000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const operators = await trigramOperators(runner);
    await runner.query(`
-- A table of its own: every message updates the conversation's row, and would rewrite all trigrams with it.
create table messaging.conversation_texts (
  stream     text primary key,
  account_id text not null,
  search     text not null
);
alter table messaging.contact_names add column search text;
`);
    const conversations = `select stream as id, account_id, person, name from messaging.conversations
      where stream > $1 order by stream limit ${AT_ONCE}`;
    await eachPage<Conversation>(runner, conversations, (rows) =>
      runner.query(
        'insert into messaging.conversation_texts select * from unnest($1::text[], $2::text[], $3::text[])',
        [rows.map(({ id }) => id), rows.map(({ account_id }) => account_id), rows.map(conversationText)],
      ),
    );
    const contacts = `select contact_id as id, account_id, phone, name from messaging.contact_names
      where contact_id > $1 order by contact_id limit ${AT_ONCE}`;
    await eachPage<Contact>(runner, contacts, (rows) =>
      runner.query(
        `update messaging.contact_names n set search = t.search
         from unnest($1::text[], $2::text[]) as t(id, search) where n.contact_id = t.id`,
        [rows.map(({ id }) => id), rows.map((row) => contactText(row.account_id, row))],
      ),
    );
    await runner.query(`
create index conversation_texts_search on messaging.conversation_texts using gin (account_id, search ${operators});
create index contact_names_search on messaging.contact_names using gin (account_id, search ${operators})
  where search is not null;
-- Open until there is a state: the first message creates the row without one.
alter table messaging.conversations
  add column status text not null generated always as (coalesce(state->>'status', 'open')) stored;
create index conversations_by_status on messaging.conversations (account_id, status, last_minute desc);
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}

/** Runs the query `page` for the rows after the id $1 until it finds none, and hands each page to `handle`. */
async function eachPage<Row extends { id: string }>(
  runner: QueryRunner,
  page: string,
  handle: (rows: readonly Row[]) => Promise<unknown>,
): Promise<void> {
  for (let last = ''; ;) {
    const rows = (await runner.query(page, [last])) as Row[];
    if (rows.length === 0) return;
    await handle(rows);
    last = rows.at(-1)!.id;
  }
}
