import { aggregateTable } from '@wbiz/eventing/postgres/schema';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AccountTables1763805601000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(aggregateTable('gateway', 'accounts'));
    await runner.query(`create unique index accounts_waba on gateway.accounts ((state->>'wabaId'))`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
