import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AccessTables1763805600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
create table gateway.api_keys (
  id          text        primary key,
  account_id  text        not null,
  name        text        not null,
  prefix      text        not null unique,
  secret_hash bytea       not null check (length(secret_hash) = 32),
  scopes      text[]      not null,
  expires_at  timestamptz,
  revoked_at  timestamptz,
  per_minute  integer,
  burst       integer,
  created_at  timestamptz not null default clock_timestamp(),
  changed_at  timestamptz not null default clock_timestamp(),
  check ((per_minute is null) = (burst is null))
);
create index api_keys_account on gateway.api_keys (account_id);
create index api_keys_changed on gateway.api_keys (changed_at);

-- A trigger, so that no writer forgets the gateways that poll for changes.
create function gateway.touch_api_key() returns trigger language plpgsql as
  'begin new.changed_at := clock_timestamp(); return new; end';
create trigger api_keys_touch before insert or update on gateway.api_keys
  for each row execute function gateway.touch_api_key();

-- What the gateways have leased of a window. Unlogged: losing it in a crash of Postgres does no harm.
create unlogged table gateway.rate_windows (
  key_id  text     not null,
  seconds smallint not null,
  started bigint   not null,
  allowed integer  not null,
  used    integer  not null,
  granted integer  not null,
  primary key (key_id, seconds, started)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- Without a status the request is still running, or its gateway has crashed.
create table gateway.idempotency (
  account_id  text        not null,
  route       text        not null,
  key         text        not null,
  fingerprint bytea       not null,
  command_id  text        not null,
  deadline    timestamptz not null,
  status      smallint,
  headers     json,
  body        text,
  created_at  timestamptz not null default clock_timestamp(),
  primary key (account_id, route, key)
) with (fillfactor = 60);
create index idempotency_created on gateway.idempotency using brin (created_at);
`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
