import { eventingTables } from '@wbiz/eventing/postgres/schema';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Contacts1763805600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(eventingTables('contacts'));
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
