import type { PoolClient } from 'pg';
import type { Decider } from './decider.js';
import type { Command, DomainEvent, Message, Of, RejectionData } from './message.js';

/** A command as it comes in: the facts it is decided on are added when it is handled. */
export type Bare<C> = C extends unknown ? Omit<C, 'facts'> : never;
type FactsOf<C> = C extends { readonly facts: infer Facts } ? Facts : undefined;

/** A command and the state it finds, before the others of its batch. */
export type Asked<C extends Message = Message, S = unknown> = {
  readonly command: Command & Bare<C>;
  readonly state: S;
};

/** What the store has to know of an aggregate besides its rules. `R`: the answers to its commands from outside, by type. */
export type Aggregate<C extends Message, S, E extends DomainEvent, R = Record<never, never>> = {
  readonly name: string;
  /** The table in the service's schema whose row is the folded state and the view at once. */
  readonly table: string;
  readonly decider: Decider<C, S, E>;
  /** The id of the stream a command goes to. */
  readonly stream: (command: Bare<C>) => string;
  /** The stream that has taken the place of one in this state: commands to that one go there. It never comes back. */
  readonly becomes?: (state: S) => string | undefined;
  /** The events that go out on the shared log; the others stay in the stream. */
  readonly published: readonly E['type'][];
  /**
   * Looks up what is decided on besides the command and the state, for all commands of a batch: what it reads (and
   * locks) in `tx` holds until the commit. Each command is decided with its own as `facts`.
   */
  readonly facts?: (tx: PoolClient, asked: readonly Asked<C, S>[]) => Promise<readonly FactsOf<C>[]>;
  /** The answer to each command from outside, stored under its id. */
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

/** A command that a service gives itself: nobody waits for it, so it has no id and its answer is not stored. */
export type OwnCommand<C extends Message> = Omit<Command, 'id' | 'type' | 'data'> & Bare<C>;

/** What became of a command of the service's own: the state it led to and what happened, or why not. */
export type Applied<S = unknown, E = DomainEvent> =
  | { readonly ok: true; readonly state: S; readonly events: readonly E[] }
  | { readonly ok: false; readonly error: RejectionData };

/** An event as it stands in its stream. `data` is public where the type is published, `private` never is. */
export type RecordedEvent<E extends DomainEvent = DomainEvent> = E & {
  readonly id: string;
  readonly accountId: string;
  readonly stream: string;
  readonly version: number;
  readonly time: Date;
};
