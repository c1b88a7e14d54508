import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Pace1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Conversations near Meta's pair rate limit, and when their debt is paid off.
create table messaging.pair_debts (
  conversation_id text        primary key,
  phone_number_id text        not null,
  paid_at         timestamptz not null
) with (fillfactor = 70);
create index pair_debts_by_number on messaging.pair_debts (phone_number_id);
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
