import type { Pool, PoolClient } from 'pg';
import { issuedAt } from '../command-id.js';
import { decide, fold, type Decider } from '../decider.js';
import { classifyFault } from '../kafka/fault.js';
import type { Command, DomainEvent, Message, Reply } from '../message.js';
import { microBatch } from '../micro-batch.js';
import { Rejection } from '../rejection.js';
import { inTransaction } from './transaction.js';

/** What the store has to know of an aggregate besides its rules. */
export type Aggregate<C extends Message, S, E extends DomainEvent> = {
  readonly name: string;
  /** The table in the service's schema whose row is the folded state and the view at once. */
  readonly table: string;
  readonly decider: Decider<C, S, E>;
  /** The id of the stream a command goes to. */
  readonly stream: (command: C) => string;
  /** The events that go out on the shared log; the others stay in the stream. */
  readonly published: readonly E['type'][];
  /**
   * Looks up what is decided on besides the command and the state, for all commands of a batch: what it reads (and
   * locks) in `tx` holds until the commit. Each command is decided with its own as `facts`.
   */
  readonly facts?: (tx: PoolClient, asked: readonly Asked<C, S>[]) => Promise<readonly unknown[]>;
  /** The answer to a command, stored under its id. */
  readonly reply: (state: S, events: readonly E[]) => unknown;
};

/** A command as it comes in: what it is decided on besides is added when it is handled. */
type Bare<C> = C extends unknown ? Omit<C, 'facts'> : never;

/** A command and the state it finds, before the others of its batch. */
export type Asked<C extends Message = Message, S = unknown> = {
  readonly command: Command & Bare<C>;
  readonly state: S;
};

/** An event as it stands in its stream. `data` is public where the type is published, `private` never is. */
export type RecordedEvent<E extends DomainEvent = DomainEvent> = E & {
  readonly id: string;
  readonly accountId: string;
  readonly stream: string;
  readonly version: number;
  readonly time: Date;
};

// The store holds aggregates of every kind side by side; their types meet again in `execute`.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AnyAggregate = Aggregate<any, any, any>;

/**
 * A command of the service's own that follows from events, and is executed in their transaction. One that is refused
 * has the whole batch decided anew.
 */
export type FollowUp = { readonly aggregate: AnyAggregate; readonly command: Omit<Command, 'id'> };

type Project = (events: readonly RecordedEvent[], tx: PoolClient) => Promise<readonly FollowUp[] | void>;

/**
 * Rows that move in the transaction of the events they follow. A function is called once, with all events of the batch
 * of the types it stands under: what locks the same rows for several types does so in one order.
 * What it returns is executed in the same transaction; a fault in it fails the command that it comes from.
 */
export type InlineProjection = { readonly [type: string]: Project };

type Item = { readonly aggregate: AnyAggregate; readonly command: Command; readonly keepReply: boolean };
/** undefined: the command's deadline had passed and it was dropped. */
type Result = Reply | undefined | Error;
/** `stored`: the version of its row; undefined where there is none. */
type Stream = {
  state: unknown;
  version: number;
  readonly stored: number | undefined;
  readonly accountId: string;
};

/** The log takes records of a megabyte; one that it refused would stand before all that follow. */
const MAX_EVENT_CHARS = 250_000;

/** What a transaction appended; `published`: whether some of it goes out on the shared log. */
export type Commit = { readonly events: readonly RecordedEvent[]; readonly published: boolean };

/** Another transaction was faster with the same new stream or the same command; the batch is simply run again. */
class Overtaken extends Error {}

export type EventStoreOptions = {
  readonly pool: Pool;
  readonly schema: string;
  readonly newEventId: () => string;
  readonly inline?: readonly InlineProjection[];
};

/**
 * Executes commands against aggregates: stored reply, folded state, decision, events, all of a batch in one
 * transaction with one statement a stage. What one command is refused never touches its neighbours.
 */
export class EventStore {
  private readonly listeners: ((commit: Commit) => void)[] = [];
  private readonly enqueue: (item: Item) => Promise<Reply | undefined>;
  private readonly inline: readonly { readonly types: readonly string[]; readonly project: Project }[];

  constructor(private readonly options: EventStoreOptions) {
    this.inline = (options.inline ?? []).flatMap((projection) =>
      [...new Set(Object.values(projection))].map((project) => ({
        types: Object.keys(projection).filter((type) => projection[type] === project),
        project,
      })),
    );
    this.enqueue = microBatch((items: readonly Item[]) => this.run(items), { max: 200, lanes: 2 });
  }

  /** Runs `listener` after every commit that appended events. */
  onCommitted(listener: (commit: Commit) => void): void {
    this.listeners.push(listener);
  }

  /** Tells the listeners; for whoever committed an {@link applyIn} whose events are published. */
  committed(commit: Commit = { events: [], published: true }): void {
    this.listeners.forEach((listener) => listener(commit));
  }

  /**
   * Executes a command from outside: it has effect once however often it is delivered, and its reply is kept.
   * Resolves to undefined when the deadline passed before it was handled; then it never will be.
   */
  execute<C extends Message, S, E extends DomainEvent>(
    aggregate: Aggregate<C, S, E>,
    command: Command & Bare<C>,
  ): Promise<Reply | undefined> {
    return this.enqueue({ aggregate, command, keepReply: true });
  }

  /** Executes a command of the service's own; its decider has to be idempotent, no reply is kept. */
  async apply<C extends Message, S, E extends DomainEvent>(
    aggregate: Aggregate<C, S, E>,
    command: Omit<Command, 'id' | 'type' | 'data'> & Bare<C>,
  ): Promise<Reply> {
    return (await this.enqueue({ aggregate, command: { id: '', ...command }, keepReply: false })) as Reply;
  }

  /** As {@link apply}, inside a transaction of the caller's, which must begin anew when this throws. */
  async applyIn<C extends Message, S, E extends DomainEvent>(
    tx: PoolClient,
    aggregate: Aggregate<C, S, E>,
    commands: readonly (Omit<Command, 'id' | 'type' | 'data'> & Bare<C>)[],
  ): Promise<readonly Reply[]> {
    const items = commands.map((command) => ({
      aggregate,
      command: { id: '', ...command },
      keepReply: false,
    }));
    const { results } = await this.round(tx, items);
    const failed = results.find((result) => result instanceof Error);
    if (failed) throw failed;
    return results as Reply[];
  }

  /**
   * The stored reply of a command, or null. With `expire`, a command without one is marked as dropped in the same
   * breath, so that null means it has had no effect and never will.
   */
  async replyOf(commandId: string, { expire }: { expire: boolean }): Promise<Reply | null> {
    const { schema, pool } = this.options;
    if (expire) {
      await pool.query({
        name: 'expire-command',
        text: `insert into ${schema}.replies (command_id, issued_at, reply) values ($1, $2, null) on conflict do nothing`,
        values: [commandId, issuedAt(commandId)],
      });
    }
    const { rows } = await pool.query<{ reply: Reply | null }>({
      name: 'reply-of',
      text: `select reply from ${schema}.replies where issued_at = $2 and command_id = $1`,
      values: [commandId, issuedAt(commandId)],
    });
    return rows[0]?.reply ?? null;
  }

  /** The stream folded from its events; what the row beside it must equal. */
  async replay<C extends Message, S, E extends DomainEvent>(
    aggregate: Aggregate<C, S, E>,
    stream: string,
  ): Promise<S> {
    const { rows } = await this.options.pool.query<E>(
      `select type, data, private from ${this.options.schema}.events where stream = $1 order by version`,
      [stream],
    );
    return fold(aggregate.decider, rows);
  }

  private async run(items: readonly Item[], attempt = 1): Promise<readonly Result[]> {
    try {
      const { results, commit } = await inTransaction(this.options.pool, (tx) => this.round(tx, items));
      if (commit.events.length > 0) this.committed(commit);
      return results;
    } catch (error) {
      const overtaken = error instanceof Overtaken || (error as { code?: unknown }).code === DEADLOCK;
      const again = overtaken && attempt < 20;
      if (again && (attempt < 3 || items.length === 1)) return this.run(items, attempt + 1);
      if (items.length === 1 || !(again || classifyFault(error) === 'broken')) throw error;
      // A fault that passes is everyone's; any other is of one command, and its neighbours do without it.
      const results: Result[] = [];
      for (const item of items)
        results.push(...(await this.run([item], attempt).catch((fault: Error) => [fault])));
      return results;
    }
  }

  private async round(
    tx: PoolClient,
    items: readonly Item[],
  ): Promise<{ results: readonly Result[]; commit: Commit }> {
    const stored = await this.storedReplies(tx, items);
    const fresh = items.filter((item) => !stored.has(item.command.id));
    const streams = await this.load(tx, fresh);
    const facts = await lookUpFacts(tx, fresh, streams);
    const time = new Date();

    const appended: RecordedEvent[] = [];
    const replies = new Map<string, Reply | undefined>(stored);
    const decided: { commandId: string; reply: Reply }[] = [];
    const data: string[] = [];
    const published: boolean[] = [];
    const causes: Command[] = [];
    const results = items.map((item): Result => {
      const { aggregate, command, keepReply } = item;
      if (keepReply && replies.has(command.id)) return replies.get(command.id);
      if (keepReply && command.deadline !== undefined && time.getTime() > command.deadline) return undefined;
      const id = aggregate.stream(command);
      const stream = streams.get(key(aggregate, id))!;
      let reply: Reply;
      try {
        if (stream.accountId !== command.accountId)
          throw new Rejection('not_found', `There is no ${aggregate.name} ${id}.`);
        const events = decide(
          aggregate.decider as Decider<Message, unknown, DomainEvent>,
          facts.has(item) ? Object.assign({}, command, { facts: facts.get(item) }) : command,
          stream.state,
        );
        const texts = events.map(({ data }) => JSON.stringify(data));
        if (texts.some(({ length }) => length > MAX_EVENT_CHARS))
          throw new Rejection('too_large', `An event holds at most ${MAX_EVENT_CHARS} characters of JSON.`);
        const state = fold(aggregate.decider as Decider<Message, unknown, DomainEvent>, events, stream.state);
        reply = { ok: true, data: aggregate.reply(state, events) };
        stream.state = state;
        for (const [index, event] of events.entries()) {
          stream.version += 1;
          data.push(texts[index]!);
          appended.push({
            ...event,
            id: this.options.newEventId(),
            accountId: command.accountId,
            stream: id,
            version: stream.version,
            time,
          });
          published.push(aggregate.published.includes(event.type));
          causes.push(command);
        }
      } catch (error) {
        if (!(error instanceof Rejection)) return error instanceof Error ? error : new Error(String(error));
        reply = { ok: false, error: error.toData() };
      }
      if (keepReply) {
        replies.set(command.id, reply);
        decided.push({ commandId: command.id, reply });
      }
      return reply;
    });

    await this.saveStreams(tx, fresh, streams);
    await this.append(tx, appended, data, published, causes);
    const followUps: FollowUp[] = [];
    for (const { types, project } of this.inline) {
      const events = appended.filter(({ type }) => types.includes(type));
      if (events.length > 0) followUps.push(...((await project(events, tx)) ?? []));
    }
    await this.keepReplies(tx, decided);
    const followed = await this.follow(tx, followUps);
    return {
      results,
      commit: {
        events: [...appended, ...followed.events],
        published: published.includes(true) || followed.published,
      },
    };
  }

  private async follow(tx: PoolClient, followUps: readonly FollowUp[]): Promise<Commit> {
    if (followUps.length === 0) return { events: [], published: false };
    const items = followUps.map(({ aggregate, command }) => ({
      aggregate,
      command: { id: '', ...command },
      keepReply: false,
    }));
    const { results, commit } = await this.round(tx, items);
    const failed = results.find((result) => result instanceof Error);
    if (failed) throw failed;
    // What was decided stood on facts that hold no more.
    if (results.some((result) => !(result as Reply).ok)) throw new Overtaken();
    return commit;
  }

  private async storedReplies(
    tx: PoolClient,
    items: readonly Item[],
  ): Promise<Map<string, Reply | undefined>> {
    const ids = items.filter(({ keepReply }) => keepReply).map(({ command }) => command.id);
    if (ids.length === 0) return new Map();
    const { rows } = await tx.query<{ command_id: string; reply: Reply | null }>({
      name: 'stored-replies',
      text: `select r.command_id, r.reply from unnest($1::text[], $2::timestamptz[]) as c(id, at)
             join ${this.options.schema}.replies r on r.issued_at = c.at and r.command_id = c.id`,
      values: [ids, ids.map(issuedAt)],
    });
    return new Map(rows.map(({ command_id, reply }) => [command_id, reply ?? undefined]));
  }

  /** Locks the rows in one order everywhere (table, stream), so that batches wait for each other instead of deadlocking. */
  private async load(tx: PoolClient, items: readonly Item[]): Promise<Map<string, Stream>> {
    const streams = new Map<string, Stream>();
    for (const [table, { aggregate, ids }] of byTable(items)) {
      const { rows } = await tx.query<{
        stream: string;
        account_id: string;
        version: number;
        state: unknown;
      }>({
        name: `load-${table}`,
        text: `select stream, account_id, version, state from ${this.options.schema}.${table}
               where stream = any($1) order by stream for no key update`,
        values: [[...ids.keys()]],
      });
      const found = new Map(rows.map((row) => [row.stream, row]));
      for (const [id, accountId] of ids) {
        const row = found.get(id);
        streams.set(key(aggregate, id), {
          state: row?.state ?? aggregate.decider.initial,
          version: row?.version ?? 0,
          stored: row?.version,
          accountId: row?.account_id ?? accountId,
        });
      }
    }
    return streams;
  }

  private async append(
    tx: PoolClient,
    events: readonly RecordedEvent[],
    data: readonly string[],
    published: boolean[],
    causes: Command[],
  ) {
    if (events.length === 0) return;
    await tx.query({
      name: 'append-events',
      text: `with appended as (
               insert into ${this.options.schema}.events
                 (id, account_id, stream, version, type, data, private, command_id, actor, traceparent, created_at)
               select id, account_id, stream, version, type, data, private::json, command_id, actor, traceparent, $12
               from rows from (
                 unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $8::text[], $9::text[], $10::text[]),
                 json_array_elements($6::json), json_array_elements_text($7::json)
               ) with ordinality as e(id, account_id, stream, version, type, command_id, actor, traceparent, data, private, ord)
               order by ord returning position, id)
             insert into ${this.options.schema}.pending (position)
             select position from appended where id = any($11)`,
      values: [
        events.map(({ id }) => id),
        events.map(({ accountId }) => accountId),
        events.map(({ stream }) => stream),
        events.map(({ version }) => version),
        events.map(({ type }) => type),
        jsonArray(data),
        JSON.stringify(events.map((event) => event.private ?? null)),
        causes.map(({ id }) => id || null),
        causes.map(({ actor }) => actor ?? null),
        causes.map(({ traceparent }) => traceparent ?? null),
        events.filter((_, index) => published[index]).map(({ id }) => id),
        events[0]!.time,
      ],
    });
  }

  private async saveStreams(tx: PoolClient, items: readonly Item[], streams: Map<string, Stream>) {
    for (const [table, { aggregate, ids }] of byTable(items)) {
      const changed = [...ids.keys()]
        .map((id) => ({ id, ...streams.get(key(aggregate, id))! }))
        .filter(({ version, stored = 0 }) => version > stored);
      const begun = changed.filter(({ stored }) => stored === undefined);
      const moved = changed.filter(({ stored }) => stored !== undefined);
      const columns = (rows: typeof changed) => [
        rows.map(({ id }) => id),
        rows.map(({ accountId }) => accountId),
        rows.map(({ version }) => version),
        JSON.stringify(rows.map(({ state }) => state)),
      ];
      const rows =
        'rows from (unnest($1::text[], $2::text[], $3::int[]), jsonb_array_elements($4::jsonb)) with ordinality as s(stream, account_id, version, state, ord)';
      if (begun.length > 0) {
        const { rowCount } = await tx.query({
          name: `begin-${table}`,
          text: `insert into ${this.options.schema}.${table} (stream, account_id, version, state, created_at, updated_at)
                 select stream, account_id, version, state, statement_timestamp() + ord * interval '1 microsecond', statement_timestamp()
                 from ${rows} order by stream on conflict (stream) do nothing`,
          values: columns(begun),
        });
        if (rowCount !== begun.length) throw new Overtaken();
      }
      if (moved.length > 0) {
        await tx.query({
          name: `move-${table}`,
          text: `update ${this.options.schema}.${table} t set version = s.version, state = s.state, updated_at = clock_timestamp()
                 from ${rows} where t.stream = s.stream and t.account_id = s.account_id`,
          values: columns(moved),
        });
      }
    }
  }

  private async keepReplies(tx: PoolClient, decided: readonly { commandId: string; reply: Reply }[]) {
    if (decided.length === 0) return;
    const { rowCount } = await tx.query({
      name: 'keep-replies',
      text: `insert into ${this.options.schema}.replies (command_id, issued_at, reply)
             select * from rows from (unnest($1::text[], $2::timestamptz[]), json_array_elements($3::json))
             on conflict do nothing`,
      values: [
        decided.map(({ commandId }) => commandId),
        decided.map(({ commandId }) => issuedAt(commandId)),
        JSON.stringify(decided.map(({ reply }) => reply)),
      ],
    });
    if (rowCount !== decided.length) throw new Overtaken();
  }
}

/** Two batches that moved the same rows of projections in different orders; Postgres ends one. */
const DEADLOCK = '40P01';

async function lookUpFacts(tx: PoolClient, items: readonly Item[], streams: ReadonlyMap<string, Stream>) {
  const facts = new Map<Item, unknown>();
  for (const aggregate of new Set(items.map((item) => item.aggregate))) {
    if (!aggregate.facts) continue;
    const own = items.filter((item) => item.aggregate === aggregate);
    const asked = own.map(({ command }) => ({
      command,
      state: streams.get(key(aggregate, aggregate.stream(command)))!.state,
    }));
    const found = await aggregate.facts(tx, asked);
    own.forEach((item, index) => facts.set(item, found[index]));
  }
  return facts;
}

/** One parameter for the JSON of many rows: in an array of Postgres every quote of it would have to be escaped, and read again. */
const jsonArray = (texts: readonly string[]) => `[${texts.join(',')}]`;

const key = (aggregate: AnyAggregate, stream: string) => `${aggregate.table}/${stream}`;

function byTable(items: readonly Item[]): Map<string, { aggregate: AnyAggregate; ids: Map<string, string> }> {
  const tables = new Map<string, { aggregate: AnyAggregate; ids: Map<string, string> }>();
  for (const { aggregate, command } of [...items].sort((a, b) =>
    a.aggregate.table < b.aggregate.table ? -1 : 1,
  )) {
    const table = tables.get(aggregate.table) ?? { aggregate, ids: new Map<string, string>() };
    const id = aggregate.stream(command);
    if (!table.ids.has(id)) table.ids.set(id, command.accountId);
    tables.set(aggregate.table, table);
  }
  return tables;
}
