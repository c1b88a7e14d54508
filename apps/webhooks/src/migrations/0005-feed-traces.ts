import type { MigrationInterface, QueryRunner } from 'typeorm';

export class FeedTraces1767200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- The step of a trace that a delivery goes on with; null where no traces are recorded.
alter table webhooks.feed add column traceparent text;
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
