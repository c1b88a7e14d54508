import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ContactPhones1764910000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- How contacts' numbers are spelled where they are kept; Meta's spelling may differ (Brazil's mobile 9). Null: not told yet.
alter table messaging.contact_names add column phone text;
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
