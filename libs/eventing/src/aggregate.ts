import type { PoolClient } from 'pg';
import type { Decider } from './decider.js';
import type { Command, DomainEvent, Message, Of, RejectionData } from './message.js';

/** A command as received, without `facts`: the aggregate's `facts` function loads them before the decision. */
export type Bare<C> = C extends unknown ? Omit<C, 'facts'> : never;
type FactsOf<C> = C extends { readonly facts: infer Facts } ? Facts : undefined;

/** A command, and the state of its stream before the current batch of commands. */
export type Asked<C extends Message = Message, S = unknown> = {
  readonly command: Command & Bare<C>;
  readonly state: S;
};

/** An aggregate as the event store uses it. `R`: the replies to commands from outside, by command type. */
export type Aggregate<C extends Message, S, E extends DomainEvent, R = Record<never, never>> = {
  readonly name: string;
  /** The table in the service's schema. A row holds one stream's folded state; queries read the same row. */
  readonly table: string;
  readonly decider: Decider<C, S, E>;
  /** The id of the stream a command goes to. */
  readonly stream: (command: Bare<C>) => string;
  /**
   * The id of the stream that has replaced this state's stream, if any: commands go to the replacement, which is final.
   */
  readonly becomes?: (state: S) => string | undefined;
  /** The event types published on the shared log; events of other types are only stored in their stream. */
  readonly published: readonly E['type'][];
  /**
   * Loads what decisions need besides commands and states: one result per command, in order, which the decider gets as
   * the command's `facts`. Row locks taken in `tx` last until the commit.
   */
  readonly facts?: (tx: PoolClient, asked: readonly Asked<C, S>[]) => Promise<readonly FactsOf<C>[]>;
  /** Makes the reply to each type of command from outside; the event store keeps the reply under the command's id. */
  readonly reply: {
    readonly [Type in keyof R & C['type']]: (state: S, events: readonly E[], command: Of<C, Type>) => R[Type];
  };
};

/*
 * The event store handles aggregates of all types in one batch, so their types are erased here; its methods restore
 * them.
 */
/* eslint-disable @typescript-eslint/no-explicit-any */
export type AnyAggregate = Pick<Aggregate<any, any, any>, 'name' | 'table' | 'decider' | 'published'> & {
  readonly stream: (command: any) => string;
  readonly becomes?: (state: any) => string | undefined;
  readonly facts?: (tx: PoolClient, asked: any) => Promise<readonly unknown[]>;
  readonly reply: object;
};
/* eslint-enable @typescript-eslint/no-explicit-any */

/** A command that a service issues to itself. It has no id, and no reply is stored, since no client waits for one. */
export type OwnCommand<C extends Message> = Omit<Command, 'id' | 'type' | 'data'> & Bare<C>;

/** The result of a service's own command: the new state and its events, or the refusal. */
export type Applied<S = unknown, E = DomainEvent> =
  | { readonly ok: true; readonly state: S; readonly events: readonly E[] }
  | { readonly ok: false; readonly error: RejectionData };

/** An event as stored in its stream. `data` is public if the event type is published; `private` is never published. */
export type RecordedEvent<E extends DomainEvent = DomainEvent> = E & {
  readonly id: string;
  readonly accountId: string;
  readonly stream: string;
  readonly version: number;
  readonly time: Date;
};
