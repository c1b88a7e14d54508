import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ContactNames1764600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- What contacts are called by whoever keeps them; the inbox shows it in place of the name on WhatsApp.
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
