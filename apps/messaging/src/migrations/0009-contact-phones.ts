import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ContactPhones1764910000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Contacts' numbers as entered; Meta's spelling may differ (Brazil's mobile 9). Null: the event with it has not come yet.
alter table messaging.contact_names add column phone text;
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
