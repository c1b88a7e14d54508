import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SentFromHere1766900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- What the owner writes on the WhatsApp Business app counts for no plan.
alter table messaging.messages alter column sent set expression as
  (state->>'direction' = 'out' and state->>'wamid' is not null and state->>'source' is null);
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
