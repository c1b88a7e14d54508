import { aggregateTable } from '@wbiz/eventing/postgres/schema';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Presets1765286400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(aggregateTable('templates', 'presets'));
    await runner.query(`
create index presets_newest on templates.presets (account_id, stream desc) where state->'deleted' = 'false';
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
