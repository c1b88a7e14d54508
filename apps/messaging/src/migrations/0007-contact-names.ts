import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ContactNames1764600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- The names that the account gave its contacts; the inbox shows them in place of the names on WhatsApp.
create table messaging.contact_names (
  contact_id text primary key,
  account_id text not null,
  name       text
) with (fillfactor = 80);
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
