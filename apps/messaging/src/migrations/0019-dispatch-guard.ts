import type { MigrationInterface, QueryRunner } from 'typeorm';

export class DispatchGuard1767100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- When the Postgres started that was last compared with the event log.
create table messaging.dispatch_guard (
  singleton     boolean     primary key default true check (singleton),
  compared_with timestamptz not null
);
insert into messaging.dispatch_guard (compared_with) values (pg_postmaster_start_time());
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
