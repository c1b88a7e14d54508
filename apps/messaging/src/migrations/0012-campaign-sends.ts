import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CampaignSends1766350000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
-- When a campaign's send goes back to its campaign; null for single sends, which the index leaves out.
alter table messaging.dispatch add column expires_at timestamptz;
create index dispatch_expiring on messaging.dispatch (expires_at)
  where expires_at is not null and state in ('queued', 'deferred');

-- The last minute in which a template went to the person outside the service window. It changes together with
-- last_minute, at most once a minute.
alter table messaging.conversations add column reached_minute timestamp;
update messaging.conversations c set reached_minute = r.minute
from (select conversation_id, max(date_trunc('minute', created_at at time zone 'UTC')) as minute
      from messaging.messages where sent and state->>'kind' = 'template' and created_at > now() - interval '25 hours'
      group by conversation_id) r
where c.stream = r.conversation_id;
create index conversations_reached on messaging.conversations (account_id, reached_minute, contact_id)
  where reached_minute is not null;
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
