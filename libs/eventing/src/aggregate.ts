import type { PoolClient } from 'pg';
import type { Decider } from './decider.js';
import type { Command, DomainEvent, Message, Of, RejectionData } from './message.js';

/** A command as received: its `facts` are added when it is handled. */
export type Bare<C> = C extends unknown ? Omit<C, 'facts'> : never;
type FactsOf<C> = C extends { readonly facts: infer Facts } ? Facts : undefined;

/** A command, with the state of its stream before the batch. */
export type Asked<C extends Message = Message, S = unknown> = {
  readonly command: Command & Bare<C>;
  readonly state: S;
};

/** What the store needs of an aggregate besides its rules. `R`: the replies to its commands from outside, by type. */
export type Aggregate<C extends Message, S, E extends DomainEvent, R = Record<never, never>> = {
  readonly name: string;
  /** The table in the service's schema; its row is both the folded state and the view. */
  readonly table: string;
  readonly decider: Decider<C, S, E>;
  /** The id of the stream a command goes to. */
  readonly stream: (command: Bare<C>) => string;
  /** The stream that has replaced the one in this state: commands go there instead. A replacement is final. */
  readonly becomes?: (state: S) => string | undefined;
  /** The events published on the shared log; the others stay in the stream. */
  readonly published: readonly E['type'][];
  /**
   * Loads the facts that a batch is decided on besides commands and states. What it reads (and locks) in `tx` holds
   * until the commit. Each command gets its own as `facts`.
   */
  readonly facts?: (tx: PoolClient, asked: readonly Asked<C, S>[]) => Promise<readonly FactsOf<C>[]>;
  /** The reply to each command from outside, stored under the command's id. */
  readonly reply: {
    readonly [Type in keyof R & C['type']]: (state: S, events: readonly E[], command: Of<C, Type>) => R[Type];
  };
};

/* The store holds aggregates of every kind side by side; their types meet again in its methods. */
/* eslint-disable @typescript-eslint/no-explicit-any */
export type AnyAggregate = Pick<Aggregate<any, any, any>, 'name' | 'table' | 'decider' | 'published'> & {
  readonly stream: (command: any) => string;
  readonly becomes?: (state: any) => string | undefined;
  readonly facts?: (tx: PoolClient, asked: any) => Promise<readonly unknown[]>;
  readonly reply: object;
};
/* eslint-enable @typescript-eslint/no-explicit-any */

/** A command that a service gives itself. It has no id and its reply is not stored, since nobody waits for it. */
export type OwnCommand<C extends Message> = Omit<Command, 'id' | 'type' | 'data'> & Bare<C>;

/** The result of a service's own command: the new state and its events, or the refusal. */
export type Applied<S = unknown, E = DomainEvent> =
  | { readonly ok: true; readonly state: S; readonly events: readonly E[] }
  | { readonly ok: false; readonly error: RejectionData };

/** An event as stored in its stream. `data` is public if the type is published; `private` never is. */
export type RecordedEvent<E extends DomainEvent = DomainEvent> = E & {
  readonly id: string;
  readonly accountId: string;
  readonly stream: string;
  readonly version: number;
  readonly time: Date;
};
