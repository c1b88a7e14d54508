import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Retries1766700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Without this index, the steward's query for due campaigns reads all campaigns.
create index runs_retrying on campaigns.runs (run) where retrying is not null;
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
