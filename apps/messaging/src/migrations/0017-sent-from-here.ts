import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SentFromHere1766900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Messages from the WhatsApp Business app do not count as usage.
alter table messaging.messages alter column sent set expression as
  (state->>'direction' = 'out' and state->>'wamid' is not null and state->>'source' is null);
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
