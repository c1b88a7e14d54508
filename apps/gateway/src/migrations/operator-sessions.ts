import type { MigrationInterface, QueryRunner } from 'typeorm';

export class OperatorSessions1766600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Only the secret's HMAC under the admin token is stored: a new token ends every session.
create table gateway.operator_sessions (
  secret_hash bytea       primary key check (length(secret_hash) = 32),
  expires_at  timestamptz not null
);

-- Short-lived keys that the console makes for itself: no list shows them.
alter table gateway.api_keys add column of_console boolean not null default false;

-- A separate table: gateways fetch a key's row whenever it changes, and uses change all the time.
create table gateway.api_key_uses (
  key_id    text        primary key,
  last_used timestamptz not null
) with (fillfactor = 50);
`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
