/**
 * The tables that every service keeps in its own schema, as one string of DDL for its first migration.
 *
 * `events` is the log and, through `pending`, the outbox: a transaction that appends an event also inserts its position
 * into `pending`. Events of one stream must get their positions in the order of their versions.
 * The relay moves positions from `pending` to `sequenced`. `replies` gets its hourly partitions from
 * `reply-partitions.ts`; until then the default partition takes everything. A null reply: the command was dropped.
 */
export function eventingTables(schema: string): string {
  checkName(schema);
  return `
create table ${schema}.events (
  position    bigint generated always as identity primary key,
  id          text        not null,
  account_id  text        not null,
  stream      text        not null,
  version     integer     not null,
  type        text        not null,
  data        json        not null,
  private     json,
  command_id  text,
  actor       text,
  traceparent text,
  created_at  timestamptz not null default clock_timestamp(),
  constraint events_stream_version unique (stream, version)
);

-- Rows live for milliseconds: vacuum early and at full speed, and never take the lock that truncating needs.
create table ${schema}.pending (
  position bigint primary key
) with (
  autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0,
  autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_threshold = 10000, vacuum_truncate = false
);

create table ${schema}.sequenced (
  sequence  bigint   primary key,
  position  bigint   not null,
  partition smallint not null,
  previous  bigint   not null
);

create table ${schema}.sequencer (
  singleton     boolean  primary key default true check (singleton),
  epoch         integer  not null default 1,
  last_sequence bigint   not null default 0,
  published     bigint   not null default 0,
  partitions    smallint not null
);

-- Updated in place all the time: the free space keeps those updates on their page (HOT).
create table ${schema}.sequencer_heads (
  partition smallint primary key,
  sequence  bigint   not null
) with (fillfactor = 20);

create table ${schema}.checkpoints (
  projection text     not null,
  source     text     not null,
  partition  smallint not null,
  epoch      integer  not null,
  sequence   bigint   not null,
  primary key (projection, source, partition)
) with (fillfactor = 40);

create table ${schema}.replies (
  command_id text        not null,
  issued_at  timestamptz not null,
  reply      json,
  primary key (command_id, issued_at)
) partition by range (issued_at);

create table ${schema}.replies_default partition of ${schema}.replies default;
`;
}

/**
 * The tables and columns from which projections recover, as one string of DDL for a migration after {@link
 * eventingTables}.
 *
 * `next_offset`: all events of the source up to `sequence` are before this offset of the log; reading of a partition
 * continues at the largest `next_offset` of its sources. `rewinds` counts how often an operator changed `next_offset`.
 * `has_parked` is set on all rows of a partition while one of its accounts is parked; `halted` says why while the
 * partition is halted. `parked` holds, in the order of `n`, the event of an account that could not be applied (with
 * `reason` and `due`) and all later ones of that account. `skipped` holds the events that an operator has skipped, and
 * why.
 */
export function recoveryTables(schema: string): string {
  checkName(schema);
  const event = `
  projection text        not null,
  account_id text        not null,
  partition  smallint    not null,
  source     text        not null,
  sequence   bigint      not null,
  event      json        not null,`;
  return `
alter table ${schema}.checkpoints
  add column next_offset bigint,
  add column rewinds     integer not null default 0,
  add column has_parked  boolean not null default false,
  add column halted      text;

create table ${schema}.parked (
  n          bigint      generated always as identity primary key,${event}
  reason     text,
  attempts   integer     not null default 0,
  due        timestamptz,
  parked_at  timestamptz not null default clock_timestamp()
);
create index parked_of_account on ${schema}.parked (projection, account_id, n);
create index parked_due on ${schema}.parked (projection, due) where due is not null;

create table ${schema}.skipped (
  n          bigint      primary key,${event}
  reason     text        not null,
  skipped_as text        not null,
  skipped_at timestamptz not null default clock_timestamp()
);
`;
}

function checkName(schema: string): void {
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(schema))
    throw new Error(`schema: "${schema}" must be 1-41 characters of a-z, 0-9 and _, beginning with a letter`);
}

/**
 * The columns by which a source is compared with the log, as DDL for a migration after {@link eventingTables}.
 *
 * `log_mark`: the log's end offsets at some time, and the last event then on the log. `sequencer_heads.epoch` is the
 * epoch of the partition's next event; `sequencer.epoch` rises each time the source begins a new epoch.
 */
export function sourceEpochs(schema: string): string {
  return `
alter table ${schema}.sequencer add column log_mark json;
alter table ${schema}.sequencer_heads add column epoch integer not null default 1;
alter table ${schema}.sequenced add column epoch integer not null default 1;
`;
}

/**
 * The table of one aggregate: a row per stream, with the folded state and its version; `created_at` orders the streams
 * of an account. Queries read the same rows, with indexes over expressions of the state (`(state->>'name')`).
 *
 * Rows are updated often: free space keeps an update on its page (HOT), unless an index uses the state. Where that
 * matters, index a generated column instead: Postgres compares the columns that an index uses, not the values of its
 * expressions.
 */
export function aggregateTable(schema: string, table: string): string {
  return `
create table ${schema}.${table} (
  stream     text        primary key,
  account_id text        not null,
  version    integer     not null,
  state      jsonb       not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
) with (fillfactor = 70);
`;
}

/**
 * The operator class for GIN indexes that find parts of a text, with its schema. Throws if the database lacks pg_trgm,
 * which provisioning creates.
 */
export async function trigramOperators(db: { query(sql: string): Promise<unknown> }): Promise<string> {
  const rows = (await db.query(
    `select n.nspname as schema from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_trgm'`,
  )) as { schema: string }[];
  if (!rows[0]) throw new Error('The database lacks the extension pg_trgm: provision it first.');
  return `"${rows[0].schema}".gin_trgm_ops`;
}
