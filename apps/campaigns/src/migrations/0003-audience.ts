import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Audience1766300001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Copies of other services' data, built from their events.
create table campaigns.accounts (
  id   text  primary key,
  data jsonb not null
);
create table campaigns.phone_numbers (
  account_id      text    not null references campaigns.accounts on delete cascade,
  id              text    not null,
  throughput      integer not null,
  messaging_limit text,
  is_default      boolean not null,
  primary key (account_id, id)
);
create table campaigns.templates (
  account_id text  not null,
  name       text  not null,
  language   text  not null,
  data       jsonb not null,
  primary key (account_id, name, language)
);

-- Contacts, with name, email and fields once as templates show them and once as filters compare them (see
-- contact-values.ts). \`sequence\`: the log position of the contact's last event; tags and fields deleted after that
-- event do not count. No index uses a column that changes, so that updates stay on their page (HOT).
create table campaigns.contacts (
  account_id  text    not null,
  contact_id  text collate "C" not null,
  phone       text collate "C",
  user_id     text,
  name        text,
  email       text,
  fields      jsonb   not null,
  name_key    text collate "C",
  email_key   text collate "C",
  field_keys  jsonb   not null,
  tags        text[]  not null,
  opted_in    boolean not null,
  source      text collate "C" not null,
  created_at  text collate "C" not null,
  updated_at  text collate "C" not null,
  merged_into text,
  sequence    bigint  not null,
  primary key (account_id, contact_id)
) with (fillfactor = 80);

-- The log position of the last deletion of each tag or custom field.
create table campaigns.deleted_labels (
  account_id text   not null,
  kind       text   not null check (kind in ('tag', 'field')),
  key        text   not null,
  sequence   bigint not null,
  primary key (account_id, kind, key)
);
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
