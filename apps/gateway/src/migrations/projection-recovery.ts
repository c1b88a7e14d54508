import { recoveryTables } from '@wbiz/eventing/postgres/schema';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ProjectionRecovery1766400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(recoveryTables('gateway'));
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
