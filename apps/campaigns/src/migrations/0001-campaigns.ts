import { eventingTables } from '@wbiz/eventing/postgres/schema';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Campaigns1763805600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(eventingTables('campaigns'));
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
