import type { MigrationInterface, QueryRunner } from 'typeorm';

export class OrderOfMessages1764700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
drop index messaging.messages_in_conversation;
create index messages_in_conversation on messaging.messages
  (conversation_id, (left(stream, 14) collate "C") desc, created_at desc, stream desc);
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
