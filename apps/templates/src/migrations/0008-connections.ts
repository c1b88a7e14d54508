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
-- The connection of the account for which templates were last pulled; null: pulled before this column existed.
alter table templates.accounts add column connection text;
`;
