import type { PoolClient } from 'pg';
import type { Command, DomainEvent, Message, Of } from '../message.js';
import type { Aggregate, AnyAggregate, OwnCommand, RecordedEvent } from '../aggregate.js';

/**
 * A service's own command that follows from events, executed in their transaction. If it is refused, the whole batch is
 * decided anew.
 */
export type FollowUp = { readonly aggregate: AnyAggregate; readonly command: Omit<Command, 'id'> };

export const followUp = <C extends Message, S, E extends DomainEvent, R>(
  aggregate: Aggregate<C, S, E, R>,
  command: OwnCommand<NoInfer<C>>,
): FollowUp => ({ aggregate, command });

/**
 * Adds a listener for the end of the transaction: false if it was rolled back, or if that is not known. undefined in a
 * transaction that is not the store's own.
 */
export type OnEnd = ((listener: (committed: boolean) => void) => void) | undefined;

type Project<E extends DomainEvent> = (
  events: readonly RecordedEvent<E>[],
  tx: PoolClient,
  onEnd: OnEnd,
) => Promise<readonly FollowUp[] | void>;

/** Rows that move in the transaction of their events; made by {@link inline}. */
export type InlineProjection = {
  readonly handlers: readonly { readonly types: readonly string[]; readonly project: AnyProject }[];
  readonly comesLast?: true;
};
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AnyProject = Project<any>;

/**
 * One handler per event type of the union `E`. A function that stands under several types is called once, with all
 * events of these types in the batch, so that it can lock the rows they share in one order. Handlers of one table run
 * one after the other, those of different projections side by side. The commands they return are executed in the same
 * transaction; a fault in one fails the batch.
 */
export function inline<E extends DomainEvent>(
  table: string extends E['type'] ? never : { readonly [Type in E['type']]?: Project<Of<E, Type>> },
): InlineProjection {
  const entries = Object.entries(table) as [string, AnyProject][];
  const handlers = [...Map.groupBy(entries, ([, project]) => project)].map(([project, under]) => ({
    types: under.map(([type]) => type),
    project,
  }));
  return { handlers };
}

/** Runs after all others, for a projection that reads what they write. */
export const comesLast = (projection: InlineProjection): InlineProjection => ({
  ...projection,
  comesLast: true,
});
