import {
  COMMANDS,
  type CommandData,
  type CommandName,
  type CommandReply,
} from '@wbiz/contracts/command-catalogue';
import type { Aggregate, AnyAggregate } from '@wbiz/eventing/aggregate';
import type { DomainEvent, Message, Of } from '@wbiz/eventing/message';

/** Commands passed to their aggregate without a `@CommandHandler`. */
export type DirectCommands = {
  readonly aggregate: AnyAggregate;
  readonly names: readonly CommandName[];
  /**
   * Exists in the types only: proves that the aggregate accepts each command's data and returns the catalogue's reply.
   */
  readonly fits?: Readonly<Record<string, true>>;
};

/**
 * True if the aggregate accepts the command's data and returns the reply that the catalogue declares. Any other type
 * means that the command needs a `@CommandHandler`.
 */
type Fits<C extends Message, R, Name extends CommandName & C['type']> =
  CommandData<Name> extends Of<C, Name>['data']
    ? Name extends keyof R
      ? R[Name] extends CommandReply<Name>
        ? true
        : 'needs another answer'
      : 'needs an answer'
    : 'needs a handler';

/**
 * Passes all of the catalogue's commands to the aggregate that decides them, except those `handled` by a
 * `@CommandHandler`.
 */
export function direct<
  C extends Message,
  S,
  E extends DomainEvent,
  R,
  Handled extends CommandName & C['type'] = never,
>(
  aggregate: Aggregate<C, S, E, R>,
  ...handled: readonly Handled[]
): Omit<DirectCommands, 'fits'> & {
  readonly fits?: { readonly [Name in Exclude<CommandName & C['type'], Handled>]: Fits<C, R, Name> };
} {
  const names = (Object.keys(COMMANDS) as CommandName[]).filter(
    (name) => name in aggregate.decider.decide && !handled.some((excepted) => excepted === name),
  );
  return { aggregate, names };
}
