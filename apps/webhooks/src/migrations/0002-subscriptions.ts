import { aggregateTable } from '@wbiz/eventing/postgres/schema';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Subscriptions1765411200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(aggregateTable('webhooks', 'webhooks'));
    await runner.query(`
create index webhooks_newest on webhooks.webhooks (account_id, stream desc);

-- The cursor of each webhook: everything up to it is delivered, or has a row in failures. The lease holder reads on
-- from it; every take raises the fence. Updated constantly: the fillfactor keeps updates on their page (HOT).
create table webhooks.readers (
  webhook_id       text    primary key,
  account_id       text    not null,
  active           boolean not null default true,
  cursor           bigint  not null,
  since            timestamptz,
  replica          text,
  fence            bigint  not null default 0,
  breaker_failures integer not null default 0,
  probe_at         timestamptz,
  failing_since    timestamptz
) with (fillfactor = 50);
create index readers_of_account on webhooks.readers (account_id);

-- The live replicas; renewing a lease touches no reader.
create table webhooks.deliverers (
  replica text        primary key,
  seen_at timestamptz not null
) with (fillfactor = 20);

-- due: when it is retried; null: given up.
create table webhooks.failures (
  webhook_id text    not null,
  account_id text    not null,
  sequence   bigint  not null,
  attempts   integer not null,
  due        timestamptz,
  primary key (webhook_id, sequence)
);
create index failures_due on webhooks.failures (webhook_id, due);

create table webhooks.replays (
  id          text        primary key,
  webhook_id  text        not null,
  account_id  text        not null,
  cursor      bigint      not null,
  last        bigint      not null,
  since       timestamptz not null,
  until       timestamptz not null,
  only_failed boolean     not null
);
create index replays_of_webhook on webhooks.replays (webhook_id, id);

-- The log: a row per attempt, a partition per day.
create table webhooks.deliveries (
  webhook_id  text        not null,
  id          text        not null,
  at          timestamptz not null,
  sequence    bigint      not null,
  event_id    text        not null,
  event_type  text        not null,
  message_id  text,
  status_code smallint,
  delivered   boolean     not null,
  error       text,
  duration_ms integer     not null,
  response    text
) partition by range (at);
create index deliveries_by_id on webhooks.deliveries (webhook_id, id, at);
create index deliveries_failed on webhooks.deliveries (webhook_id, id) where not delivered;
create index deliveries_by_message on webhooks.deliveries (message_id, webhook_id) where message_id is not null;

-- buckets: attempts by duration, see latency-histogram.ts.
create table webhooks.delivery_minutes (
  webhook_id text        not null,
  minute     timestamptz not null,
  attempts   integer     not null,
  delivered  integer     not null,
  buckets    integer[]   not null,
  primary key (webhook_id, minute)
);
`);
  }

  down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
