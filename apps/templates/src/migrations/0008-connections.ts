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
-- The connection for which templates were last pulled; null: disconnected, or pulled before this column existed.
alter table templates.accounts add column connection text;
`;
