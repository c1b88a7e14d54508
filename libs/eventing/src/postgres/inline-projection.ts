import type { PoolClient } from 'pg';
import type { Command, DomainEvent, Message, Of } from '../message.js';
import type { Aggregate, AnyAggregate, OwnCommand, RecordedEvent } from '../aggregate.js';

/**
 * A command of the service's own that follows from events, and is executed in their transaction. One that is refused
 * has the whole batch decided anew.
 */
export type FollowUp = { readonly aggregate: AnyAggregate; readonly command: Omit<Command, 'id'> };

export const followUp = <C extends Message, S, E extends DomainEvent, R>(
  aggregate: Aggregate<C, S, E, R>,
  command: OwnCommand<NoInfer<C>>,
): FollowUp => ({ aggregate, command });

/**
 * Has `listener` told how the transaction ended: false where it was rolled back, or where that is not known. undefined in
 * a transaction that is not the store's own.
 */
export type OnEnd = ((listener: (committed: boolean) => void) => void) | undefined;

type Project<E extends DomainEvent> = (
  events: readonly RecordedEvent<E>[],
  tx: PoolClient,
  onEnd: OnEnd,
) => Promise<readonly FollowUp[] | void>;

/** Rows that move in the transaction of the events they follow; made by {@link inline}. */
export type InlineProjection = {
  readonly handlers: readonly { readonly types: readonly string[]; readonly project: AnyProject }[];
  readonly comesLast?: true;
};
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AnyProject = Project<any>;

/**
 * One handler per type of event in the union `E`. A function that stands under several types is called once, with all
 * events of the batch of these types: so it can lock the rows they share in one order. Those of one table run one after the
 * other, beside those of other projections. The commands that they return are executed in the same transaction; a fault in one
 * fails the batch.
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

/** For a projection that looks at what the others write: it runs when they are through. */
export const comesLast = (projection: InlineProjection): InlineProjection => ({
  ...projection,
  comesLast: true,
});
