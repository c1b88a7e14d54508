import type { PoolClient } from 'pg';
import { issuedAt } from '../command-id.js';
import type { Command, Reply } from '../message.js';
import type { AnyAggregate, RecordedEvent } from '../aggregate.js';

/** A stream while a batch of commands changes it. `stored`: the version in its row; undefined if it has no row yet. */
export type Stream = {
  readonly id: string;
  readonly accountId: string;
  readonly stored: number | undefined;
  state: unknown;
  version: number;
};

/** The streams of a batch, by the table that holds them. */
export class Streams {
  constructor(private readonly tables: ReadonlyMap<string, ReadonlyMap<string, Stream>>) {}

  /** The stream that commands to `id` go to: that stream, or the one that has replaced it. */
  get(aggregate: AnyAggregate, id: string): Stream {
    const streams = this.tables.get(aggregate.table)!;
    const stream = streams.get(id)!;
    const successor = aggregate.becomes?.(stream.state);
    // A stream replaced within the batch still handles the rest of the batch: its replacement is not loaded.
    return successor !== undefined && streams.has(successor) ? this.get(aggregate, successor) : stream;
  }

  byTable(): readonly (readonly [table: string, streams: readonly Stream[]])[] {
    return [...this.tables].map(([table, streams]) => [table, [...streams.values()]]);
  }
}

/** An event to append. `json` is its data, `cause` the command that led to it. */
export type Appended = {
  readonly event: RecordedEvent;
  readonly json: string;
  readonly published: boolean;
  readonly cause: Command;
};

/** The stored replies to commands, by id; undefined for a command that is marked as dropped. */
export async function storedReplies(
  tx: PoolClient,
  schema: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Reply | undefined>> {
  if (ids.length === 0) return new Map();
  const { rows } = await tx.query<{ command_id: string; reply: Reply | null }>({
    name: 'stored-replies',
    text: `select command_id, reply from ${schema}.replies
           where command_id = any($1) and issued_at = any($2::timestamptz[])`,
    values: [ids, ids.map(issuedAt)],
  });
  return new Map(rows.map(({ command_id, reply }) => [command_id, reply ?? undefined]));
}

/**
 * Loads and locks the rows in one global order (table, stream), so that batches wait for each other instead of
 * deadlocking.
 */
export async function loadStreams(
  tx: PoolClient,
  schema: string,
  items: readonly { readonly aggregate: AnyAggregate; readonly command: Command }[],
): Promise<Streams> {
  const tables = new Map<string, Map<string, Stream>>();
  const wanted = Map.groupBy(items, ({ aggregate }) => aggregate.table);
  for (const table of [...wanted.keys()].toSorted()) {
    const streams = new Map<string, Stream>();
    let missing = wanted
      .get(table)!
      .map(({ aggregate, command }) => freshOf(aggregate, aggregate.stream(command), command.accountId));
    while (missing.length > 0) {
      for (const fresh of missing)
        if (!streams.has(fresh.stream.id)) streams.set(fresh.stream.id, fresh.stream);
      for (const stream of await rowsOf(tx, `${schema}.${table}`, missing)) streams.set(stream.id, stream);
      missing = missing.flatMap(({ aggregate, stream: { id, accountId } }) => {
        const successor = aggregate.becomes?.(streams.get(id)!.state);
        return successor === undefined || streams.has(successor)
          ? []
          : [freshOf(aggregate, successor, accountId)];
      });
    }
    tables.set(table, streams);
  }
  return new Streams(tables);
}

type Fresh = { readonly aggregate: AnyAggregate; readonly stream: Stream };
const freshOf = (aggregate: AnyAggregate, id: string, accountId: string): Fresh => ({
  aggregate,
  stream: { id, accountId, stored: undefined, state: aggregate.decider.initial, version: 0 },
});

/** Locks and reads the rows of the streams that have one. */
async function rowsOf(tx: PoolClient, table: string, fresh: readonly Fresh[]): Promise<readonly Stream[]> {
  const initial = new Map(fresh.map(({ stream }) => [stream.id, stream.state]));
  const { rows } = await tx.query<{ stream: string; account_id: string; version: number; state: unknown }>({
    name: `load-${table}`,
    text: `select stream, account_id, version, state from ${table}
           where stream = any($1) order by stream for no key update`,
    values: [[...initial.keys()]],
  });
  return rows.map(({ stream: id, account_id: accountId, version, state }) => ({
    id,
    accountId,
    stored: version,
    version,
    state: state ?? initial.get(id),
  }));
}

/**
 * Writes the changed states. Resolves to false if another transaction has begun one of the new streams. `any($1)` makes
 * Postgres use the index even in a plan made while the table was small: it keeps that plan as the table grows.
 */
export async function saveStreams(tx: PoolClient, schema: string, streams: Streams): Promise<boolean> {
  let begun = true;
  for (const [table, all] of streams.byTable()) {
    const changed = all.filter(({ version, stored = 0 }) => version > stored);
    const fresh = changed.filter(({ stored }) => stored === undefined);
    const moved = changed.filter(({ stored }) => stored !== undefined);
    if (fresh.length > 0) begun &&= await begin(tx, `${schema}.${table}`, fresh);
    if (moved.length > 0)
      await tx.query({
        name: `move-${table}`,
        text: `update ${schema}.${table} t set version = s.version, state = s.state, updated_at = clock_timestamp()
               from ${STREAM_ROWS} where t.stream = any($1) and t.stream = s.stream and t.account_id = s.account_id`,
        values: streamColumns(moved),
      });
  }
  return begun;
}

async function begin(tx: PoolClient, table: string, streams: readonly Stream[]): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: `begin-${table}`,
    text: `insert into ${table} (stream, account_id, version, state, created_at, updated_at)
           select stream, account_id, version, state, statement_timestamp() + ord * interval '1 microsecond', statement_timestamp()
           from ${STREAM_ROWS} order by stream on conflict (stream) do nothing`,
    values: streamColumns(streams),
  });
  return rowCount === streams.length;
}

const STREAM_ROWS =
  'rows from (unnest($1::text[], $2::text[], $3::int[]), jsonb_array_elements($4::jsonb)) with ordinality as s(stream, account_id, version, state, ord)';
const streamColumns = (streams: readonly Stream[]) => [
  streams.map(({ id }) => id),
  streams.map(({ accountId }) => accountId),
  streams.map(({ version }) => version),
  JSON.stringify(streams.map(({ state }) => state)),
];

export async function appendEvents(
  tx: PoolClient,
  schema: string,
  appended: readonly Appended[],
): Promise<void> {
  if (appended.length === 0) return;
  const events = appended.map(({ event }) => event);
  const causes = appended.map(({ cause }) => cause);
  await tx.query({
    name: 'append-events',
    text: `with appended as (
             insert into ${schema}.events
               (id, account_id, stream, version, type, data, private, command_id, actor, traceparent, created_at)
             select id, account_id, stream, version, type, data, private::json, command_id, actor, traceparent, $12
             from rows from (
               unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $8::text[], $9::text[], $10::text[]),
               json_array_elements($6::json), json_array_elements_text($7::json)
             ) with ordinality as e(id, account_id, stream, version, type, command_id, actor, traceparent, data, private, ord)
             order by ord returning position, id)
           insert into ${schema}.pending (position)
           select position from appended where id = any($11)`,
    values: [
      events.map(({ id }) => id),
      events.map(({ accountId }) => accountId),
      events.map(({ stream }) => stream),
      events.map(({ version }) => version),
      events.map(({ type }) => type),
      jsonArray(appended.map(({ json }) => json)),
      JSON.stringify(events.map((event) => event.private ?? null)),
      causes.map(({ id }) => id || null),
      causes.map(({ actor }) => actor ?? null),
      causes.map(({ traceparent }) => traceparent ?? null),
      appended.filter(({ published }) => published).map(({ event }) => event.id),
      events[0]!.time,
    ],
  });
}

/**
 * Joins the JSON of many rows into one parameter: in a Postgres array every quote would be escaped, and parsed again.
 */
const jsonArray = (texts: readonly string[]) => `[${texts.join(',')}]`;

/** Stores replies. Resolves to false if another transaction has stored one of them first. */
export async function keepReplies(
  tx: PoolClient,
  schema: string,
  replies: readonly { readonly commandId: string; readonly reply: Reply }[],
): Promise<boolean> {
  if (replies.length === 0) return true;
  const { rowCount } = await tx.query({
    name: 'keep-replies',
    text: `insert into ${schema}.replies (command_id, issued_at, reply)
           select * from rows from (unnest($1::text[], $2::timestamptz[]), json_array_elements($3::json))
           on conflict do nothing`,
    values: [
      replies.map(({ commandId }) => commandId),
      replies.map(({ commandId }) => issuedAt(commandId)),
      JSON.stringify(replies.map(({ reply }) => reply)),
    ],
  });
  return rowCount === replies.length;
}
