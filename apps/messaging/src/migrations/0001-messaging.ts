import { aggregateTable, eventingTables } from '@wbiz/eventing/postgres/schema';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Messaging1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(eventingTables('messaging'));
    await runner.query(aggregateTable('messaging', 'messages'));
    await runner.query(`
create index messages_by_account on messaging.messages (account_id, created_at desc);

-- One row per phone number and person with messages; updated with the messages' events.
create table messaging.conversations (
  id                   text        primary key,
  account_id           text        not null,
  contact_id           text        not null,
  phone_number_id      text        not null,
  person               text        not null,
  name                 text,
  last_message_at      timestamptz not null,
  last_message_preview text,
  unread_count         integer     not null default 0,
  window_expires_at    timestamptz
) with (fillfactor = 80);

-- Sends not settled yet, in order of acceptance: queued, deferred (to be tried again), started
-- (a call may be under way) or unknown (its outcome is).
create table messaging.dispatch (
  position        bigint      generated always as identity,
  message_id      text        primary key,
  account_id      text        not null,
  phone_number_id text        not null,
  conversation_id text        not null,
  class           smallint    not null default 0,
  state           text        not null default 'queued' check (state in ('queued', 'deferred', 'started', 'unknown')),
  attempt         integer     not null default 0,
  fence           bigint,
  not_before      timestamptz,
  unknown_since   timestamptz,
  grace_ms        integer     not null default 0
) with (
  fillfactor = 70, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_cost_delay = 0, vacuum_truncate = false
);
create index dispatch_queued on messaging.dispatch (phone_number_id, class, position) where state = 'queued';
create index dispatch_open on messaging.dispatch (phone_number_id) where state <> 'queued';

-- The replica that dispatches a phone number; the fence rises with every change of holder.
create table messaging.dispatch_leases (
  phone_number_id text        primary key,
  replica         text        not null,
  fence           bigint      not null,
  expires_at      timestamptz not null
) with (fillfactor = 50);
create table messaging.dispatchers (
  replica text        primary key,
  seen_at timestamptz not null
) with (fillfactor = 50);

-- When the gateway received the last webhook for a phone number.
create table messaging.webhooks_seen (
  phone_number_id text        primary key,
  seen_at         timestamptz not null
) with (fillfactor = 50);

-- Copies of what other services own, from the event log.
create table messaging.accounts (
  id      text  primary key,
  waba_id text  not null unique,
  data    jsonb not null
);
create table messaging.phone_numbers (
  id         text    primary key,
  account_id text    not null references messaging.accounts on delete cascade,
  throughput integer not null
);
create table messaging.templates (
  account_id text  not null,
  name       text  not null,
  language   text  not null,
  data       jsonb not null,
  primary key (account_id, name, language)
);
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
