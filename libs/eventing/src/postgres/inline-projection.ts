import type { PoolClient } from 'pg';
import type { Command, DomainEvent, Message, Of } from '../message.js';
import type { Aggregate, AnyAggregate, OwnCommand, RecordedEvent } from '../aggregate.js';

/**
 * A command that follows from events of a service, executed in the transaction of the events. If the command is
 * refused, the whole batch is rolled back and decided again.
 */
export type FollowUp = { readonly aggregate: AnyAggregate; readonly command: Omit<Command, 'id'> };

export const followUp = <C extends Message, S, E extends DomainEvent, R>(
  aggregate: Aggregate<C, S, E, R>,
  command: OwnCommand<NoInfer<C>>,
): FollowUp => ({ aggregate, command });

/**
 * Adds a listener for the end of the transaction: true after a commit, false after a rollback or if the outcome is not
 * known. undefined in a transaction that the store's caller began.
 */
export type OnEnd = ((listener: (committed: boolean) => void) => void) | undefined;

type Project<E extends DomainEvent> = (
  events: readonly RecordedEvent<E>[],
  tx: PoolClient,
  onEnd: OnEnd,
) => Promise<readonly FollowUp[] | void>;

/** A projection whose rows change in the same transaction as the events; made by {@link inline}. */
export type InlineProjection = {
  readonly handlers: readonly { readonly types: readonly string[]; readonly project: AnyProject }[];
  readonly comesLast?: true;
};
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AnyProject = Project<any>;

/**
 * One handler per event type of the union `E`. A function given for several types is called once, with all events of
 * these types in the batch, so that it can lock shared rows in one order. Handlers of one projection run one after the
 * other, those of different projections in parallel. The commands that they return are executed in the same
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

/** Makes a projection run after all others, since it reads what they write. */
export const comesLast = (projection: InlineProjection): InlineProjection => ({
  ...projection,
  comesLast: true,
});
