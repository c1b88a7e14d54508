import { aggregateTable } from '@wbiz/eventing/postgres/schema';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CampaignTables1766300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(aggregateTable('campaigns', 'campaigns'));
    await runner.query(`
alter table campaigns.campaigns add column status text generated always as (state->>'status') stored;
create index campaigns_newest on campaigns.campaigns (account_id, stream collate "C" desc);
create index campaigns_by_status on campaigns.campaigns (account_id, status, stream collate "C" desc);

-- One row per campaign, for the runner and the steward; updated with the campaign's events. \`run\` is the campaign's
-- short id in other tables. No queued recipient has a contact_id below \`queued_from\`.
create table campaigns.runs (
  run             integer     generated always as identity primary key,
  campaign_id     text        not null unique,
  account_id      text        not null,
  phone_number_id text        not null,
  status          text        not null,
  prepared        boolean     not null default false,
  starts_at       timestamptz not null,
  reason          text,
  resumes_at      timestamptz,
  rate            integer,
  next_at         timestamptz not null default '-infinity',
  queued_from     text collate "C" not null default '',
  expired_in_a_row integer    not null default 0,
  -- reported: the counts of the last campaign.status event. began_with: those when the campaign last began to run.
  reported        jsonb,
  began_with      jsonb,
  began_at        timestamptz,
  -- Error codes whose failed sends are queued again; JSON null: all codes that may be retried; SQL null: no retry.
  retrying        jsonb,
  reported_at     timestamptz not null default '-infinity',
  leased_until    timestamptz not null default '-infinity'
) with (fillfactor = 50);
create index runs_live on campaigns.runs (phone_number_id) where status in ('scheduled', 'running', 'paused');
create index runs_to_tell on campaigns.runs (run) where status in ('cancelled', 'failed') and reported->>'queued' <> '0';

-- The recipients of campaigns: inserted when a campaign starts, later updated in batches. Inserted in the order of the
-- key, so that a campaign's rows are adjacent on disk. \`state\`: see recipient-state.ts.
create table campaigns.recipients (
  run        integer     not null,
  contact_id text collate "C" not null,
  state      smallint    not null,
  attempt    integer     not null default 0,
  "to"       text,
  values     text[],
  message_id text,
  status_at  timestamptz,
  reason     text,
  error      jsonb,
  primary key (run, contact_id)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000);
create index recipients_by_state on campaigns.recipients (run, state, contact_id);

create table campaigns.counts (
  run        integer  not null,
  state      smallint not null,
  recipients bigint   not null,
  primary key (run, state)
) with (fillfactor = 20);

-- Sends that messaging was asked for and that have no outcome yet; a row usually exists for about a second.
create table campaigns.flights (
  run             integer     not null,
  contact_id      text collate "C" not null,
  attempt         integer     not null,
  phone_number_id text        not null,
  claimed_at      timestamptz not null,
  issued_at       timestamptz not null,
  withdrawn_at    timestamptz,
  primary key (run, contact_id)
) with (
  fillfactor = 70, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_cost_delay = 0, vacuum_truncate = false
);
create index flights_of_number on campaigns.flights (phone_number_id, claimed_at);

-- One row per phone number, locked by a replica while it claims. room: how many sends may await their outcome at once.
-- asked: how many sends messaging was ever asked for. landed: how many of them had an outcome at the last claim.
create table campaigns.lanes (
  phone_number_id text    primary key,
  room            integer not null,
  asked           bigint  not null default 0,
  landed          bigint  not null default 0
) with (fillfactor = 20);
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
