import {
  COMMANDS,
  type CommandData,
  type CommandName,
  type CommandReply,
} from '@wbiz/contracts/command-catalogue';
import type { Aggregate, AnyAggregate } from '@wbiz/eventing/aggregate';
import type { DomainEvent, Message, Of } from '@wbiz/eventing/message';

/** Commands that go straight to an aggregate. */
export type DirectCommands = {
  readonly aggregate: AnyAggregate;
  readonly names: readonly CommandName[];
  /** Types only: each command is taken as it comes, and replied to as the catalogue says. */
  readonly fits?: Readonly<Record<string, true>>;
};

/** True if an aggregate takes the command as in the catalogue; otherwise a handler must add what is missing. */
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
