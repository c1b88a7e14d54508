import type { MigrationInterface, QueryRunner } from 'typeorm';

export class OperatorSessions1766600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Of a session only what its secret becomes under the operators' token is kept: another token ends them all.
create table gateway.operator_sessions (
  secret_hash bytea       primary key check (length(secret_hash) = 32),
  expires_at  timestamptz not null
);

-- Keys that the console makes for itself, for minutes: they are nobody's, and stand in no list.
alter table gateway.api_keys add column of_console boolean not null default false;

-- Apart from the keys, which gateways fetch when they change.
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
