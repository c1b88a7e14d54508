import type { MigrationInterface, QueryRunner } from 'typeorm';

export class MergedContacts1766600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- Finds the contacts that were merged into a given one. The index is small, and only a merge writes to it.
create index contacts_merged on campaigns.contacts (account_id, merged_into) where merged_into is not null;
with recursive led as (
  select account_id, contact_id, merged_into from campaigns.contacts where merged_into is not null
  union
  select l.account_id, l.contact_id, n.merged_into from led l
  join campaigns.contacts n on n.account_id = l.account_id and n.contact_id = l.merged_into
  where n.merged_into is not null)
update campaigns.contacts c set merged_into = l.merged_into from led l
join campaigns.contacts last on last.account_id = l.account_id and last.contact_id = l.merged_into
where c.account_id = l.account_id and c.contact_id = l.contact_id and last.merged_into is null
  and c.merged_into <> l.merged_into;
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
