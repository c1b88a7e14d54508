import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Submissions1765350000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Requests to Meta to create, edit or delete a template, by command id: when due, and the lease of an attempt under
-- way. called: an attempt may have taken effect at Meta. A settled request is not due; its reply is kept for 25 hours.
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

-- From this version on every account is pulled several times a day. Spreads the first pulls over 6 hours.
update templates.syncs set due_at = now() + random() * interval '6 hours' where due_at is null;
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
