import type { MigrationInterface, QueryRunner } from 'typeorm';

export class FeedTraces1767200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- The parent span of a delivery; null without tracing.
alter table webhooks.feed add column traceparent text;
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
