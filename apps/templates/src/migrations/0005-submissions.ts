import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Submissions1765350000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- What Meta is asked for templates, by the command that wants it: when next, and who is at it until when. called: Meta
-- may have done it. Once it is settled it is due no more, and its reply is kept for as long as an Idempotency-Key.
create table templates.submissions (
  id          text        primary key,
  account_id  text        not null,
  template_id text        not null,
  reply_to    text,
  traceparent text,
  due_at      timestamptz default now(),
  lease_until timestamptz,
  fence       bigint      not null default 0,
  failures    integer     not null default 0,
  called      boolean     not null default false,
  reply       jsonb,
  settled_at  timestamptz
) with (fillfactor = 70);
create index submissions_due on templates.submissions (due_at) where due_at is not null;
create index submissions_held on templates.submissions (account_id) where lease_until is not null;
create index submissions_settled on templates.submissions (settled_at) where settled_at is not null;

-- From now on every account is pulled several times a day; the first time, not all of them at once.
update templates.syncs set due_at = now() + random() * interval '6 hours' where due_at is null;
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
