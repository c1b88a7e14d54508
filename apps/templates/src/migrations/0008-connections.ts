import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Connections1766700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CONNECTIONS);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}

const CONNECTIONS = `
-- Which connecting the templates were last pulled for; null: one before this was kept.
alter table templates.accounts add column connection text;
`;
