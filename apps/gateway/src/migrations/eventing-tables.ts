import { eventingTables } from '@wbiz/eventing/postgres/schema';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class EventingTables1763805599000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(eventingTables('gateway'));
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
