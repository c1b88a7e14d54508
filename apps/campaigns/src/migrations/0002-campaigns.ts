import { aggregateTable } from '@wbiz/eventing/postgres/schema';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CampaignTables1766300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(aggregateTable('campaigns', 'campaigns'));
    await runner.query(`
alter table campaigns.campaigns add column status text generated always as (state->>'status') stored;
create index campaigns_newest on campaigns.campaigns (account_id, stream collate "C" desc);
create index campaigns_by_status on campaigns.campaigns (account_id, status, stream collate "C" desc);

-- What sends a campaign; moves with its events. \`run\` stands for the campaign in the rows of its recipients.
-- No queued recipient has a contact_id below \`queued_from\`.
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
  -- The counts that the last campaign.status told, and those it began with when it last began to run.
  reported        jsonb,
  began_with      jsonb,
  began_at        timestamptz,
  -- Which failed sends are to be queued again: codes, or null of JSON for all that may.
  retrying        jsonb,
  reported_at     timestamptz not null default '-infinity',
  leased_until    timestamptz not null default '-infinity'
) with (fillfactor = 50);
create index runs_live on campaigns.runs (phone_number_id) where status in ('scheduled', 'running', 'paused');
create index runs_to_tell on campaigns.runs (run) where status in ('cancelled', 'failed') and reported->>'queued' <> '0';

-- Who is in a campaign: frozen when it starts, and then moved in batches. Inserted in the order of the key, so that a
-- campaign's rows lie together. \`state\`: see recipient-state.ts.
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

-- Sends that were asked of messaging and whose outcome is not known; rows live for a second.
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

-- How many sends of a phone number may be under way, and how many were asked for and had come back when that was
-- found; locked by whichever replica claims.
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
