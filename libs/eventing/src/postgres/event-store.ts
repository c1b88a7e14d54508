import type { Pool, PoolClient } from 'pg';
import { issuedAt } from '../command-id.js';
import { fold } from '../decider.js';
import type { Command, DomainEvent, Message, Reply } from '../message.js';
import { microBatch } from '../micro-batch.js';
import type { Aggregate, AnyAggregate, Applied, Bare, OwnCommand } from '../aggregate.js';
import {
  appliedIn,
  Overtaken,
  ownItem,
  round,
  type Commit,
  type Item,
  type Result,
  type RoundOptions,
} from './round.js';
import { inTransaction } from './transaction.js';

export type EventStoreOptions = RoundOptions & { readonly pool: Pool };

/**
 * Executes commands against aggregates: looks for stored replies, loads states, decides, appends events; a whole batch
 * in one transaction, with one statement per stage. A command's refusal or fault does not affect the rest of the batch:
 * unless the connection failed, a failed batch is divided until only the faulty commands fail.
 */
export class EventStore {
  private readonly listeners: ((commit: Commit) => void)[] = [];
  private readonly enqueue: (item: Item) => Promise<Result>;

  constructor(private readonly options: EventStoreOptions) {
    this.enqueue = microBatch((items: readonly Item[]) => this.run(items), { max: 200, lanes: 2 });
  }

  /** Runs `listener` after every commit that appended events. */
  onCommitted(listener: (commit: Commit) => void): void {
    this.listeners.push(listener);
  }

  /** Calls the listeners. To be called after the commit of an {@link applyIn} whose events are published. */
  committed(commit: Commit = { events: [], published: true }): void {
    this.listeners.forEach((listener) => listener(commit));
  }

  /**
   * Executes a command from outside. It takes effect once, however often it is delivered, and its reply is stored.
   * Resolves to undefined if the deadline passed first; then it never takes effect.
   */
  execute<C extends Message, S, E extends DomainEvent, R, Type extends C['type'] & keyof R>(
    aggregate: Aggregate<C, S, E, R>,
    command: { readonly type: Type } & Command & Bare<NoInfer<C>>,
  ): Promise<Reply<R[Type]> | undefined> {
    return this.pass(aggregate, command) as Promise<Reply<R[Type]> | undefined>;
  }

  /** As {@link execute}, for callers that have checked that the aggregate handles the command's type and data. */
  pass(aggregate: AnyAggregate, command: Command): Promise<Reply | undefined> {
    return this.enqueue({ aggregate, command, keepReply: true }) as Promise<Reply | undefined>;
  }

  /** Executes a service's own command. The decider must be idempotent, since no reply is stored. */
  apply<C extends Message, S, E extends DomainEvent, R>(
    aggregate: Aggregate<C, S, E, R>,
    command: OwnCommand<NoInfer<C>>,
  ): Promise<Applied<S, E>> {
    return this.enqueue(ownItem(aggregate, command)) as Promise<Applied<S, E>>;
  }

  /** As {@link apply}, inside the caller's transaction, which must be rolled back and run again if this throws. */
  async applyIn<C extends Message, S, E extends DomainEvent, R>(
    tx: PoolClient,
    aggregate: Aggregate<C, S, E, R>,
    commands: readonly OwnCommand<NoInfer<C>>[],
  ): Promise<readonly Applied<S, E>[]> {
    const items = commands.map((command) => ownItem(aggregate, command));
    const { results } = await round(tx, items, this.options);
    return appliedIn(results) as readonly Applied<S, E>[];
  }

  /**
   * The stored reply of a command, or null. With `expire`, a command without a reply is first marked as dropped: null
   * then means that the command had no effect and never will.
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

  /** The state folded from all of the stream's events; the state stored in the stream's row must equal it. */
  async replay<C extends Message, S, E extends DomainEvent, R>(
    aggregate: Aggregate<C, S, E, R>,
    stream: string,
  ): Promise<S> {
    const { rows } = await this.options.pool.query<E>(
      `select type, data, private from ${this.options.schema}.events where stream = $1 order by version`,
      [stream],
    );
    return fold(aggregate.decider, rows);
  }

  private async run(items: readonly Item[], attempt = 1): Promise<readonly Result[]> {
    const ends: ((committed: boolean) => void)[] = [];
    try {
      const { results, commit } = await inTransaction(this.options.pool, (tx) =>
        round(tx, items, this.options, (listener) => ends.push(listener)),
      );
      for (const end of ends.splice(0)) end(true);
      if (commit.events.length > 0) this.committed(commit);
      return results;
    } catch (error) {
      for (const end of ends.splice(0)) end(false);
      const isOvertaken = error instanceof Overtaken || (error as { code?: unknown }).code === DEADLOCK;
      if (isOvertaken && attempt < (items.length === 1 ? 20 : 3)) return this.run(items, attempt + 1);
      throw error;
    }
  }
}

/**
 * SQLSTATE of a deadlock: two batches changed the same projection rows in different orders, and Postgres aborted one.
 */
const DEADLOCK = '40P01';
