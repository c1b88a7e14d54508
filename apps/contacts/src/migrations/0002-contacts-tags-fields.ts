import { aggregateTable, trigramOperators } from '@wbiz/eventing/postgres/schema';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ContactsTagsFields1764500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(aggregateTable('contacts', 'contacts'));
    await runner.query(aggregateTable('contacts', 'tags'));
    await runner.query(aggregateTable('contacts', 'custom_fields'));
    const operators = await trigramOperators(runner);
    await runner.query(`
-- Columns that lists filter and sort by, so that only an update that changes one of them leaves its page (HOT). For a
-- merged contact, which no list shows, created, updated and search are null.
alter table contacts.contacts
  add column created text generated always as
    (case when state->>'mergedInto' is null then state->'contact'->>'createdAt' end) stored,
  add column updated text generated always as
    (case when state->>'mergedInto' is null then state->'contact'->>'updatedAt' end) stored,
  add column opted_in boolean generated always as ((state->'contact'->>'optedIn')::boolean) stored,
  add column search text generated always as
    (case when state->>'mergedInto' is null then state->>'search' end) stored;
-- Includes the columns that a search reads, so that scanning the newest contacts does not read their rows.
create index contacts_newest on contacts.contacts (account_id, created desc, stream desc) include (search, opted_in);
create index contacts_opted on contacts.contacts (account_id, opted_in, created desc, stream desc);
create index contacts_updated on contacts.contacts (account_id, updated desc);
create index contacts_search on contacts.contacts using gin (account_id, search ${operators});

alter table contacts.tags
  add column created text generated always as
    (case when not (state->>'deleted')::boolean then state->>'createdAt' end) stored;
create index tags_newest on contacts.tags (account_id, created desc, stream desc);

-- The contacts of each tag, in the order of the list of contacts.
create table contacts.contact_tags (
  account_id text    not null,
  tag        text    not null,
  generation integer not null,
  created    text    not null,
  contact    text    not null,
  primary key (account_id, tag, generation, created, contact)
);

-- The number of contacts per tag. Not in contacts.tags, whose rows are locked by transactions that write contacts.
create table contacts.tag_counts (
  account_id text    not null,
  tag        text    not null,
  generation integer not null,
  contacts   bigint  not null,
  primary key (account_id, tag, generation)
) with (fillfactor = 30);

-- Deleted tags and fields that are still being removed from contacts, and how far the removal has come.
create table contacts.removals (
  account_id text        not null,
  kind       text        not null,
  key        text        not null,
  generation integer     not null,
  name       text        not null,
  total      bigint      not null,
  remaining  bigint      not null,
  deleted_at timestamptz not null,
  created    text,
  stream     text,
  primary key (account_id, kind, key, generation)
) with (fillfactor = 30);

-- A copy of the gateway's accounts, built from its events.
create table contacts.accounts (
  id            text  primary key,
  waba_id       text  not null unique,
  opt_out_words jsonb not null
);
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
