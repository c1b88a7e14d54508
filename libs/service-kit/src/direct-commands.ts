import type { CommandData, CommandName, CommandReply } from '@wbiz/contracts/command-catalogue';
import type { DomainEvent, Message, Of } from '@wbiz/eventing/message';
import type { Aggregate, AnyAggregate, Bare } from '@wbiz/eventing/aggregate';

/** The commands of the catalogue that an aggregate takes as they come, and answers as the catalogue says. */
type Direct<C extends Message, R> = {
  [Name in CommandName & C['type']]: Name extends keyof R
    ? [Message<Name, CommandData<Name>>, R[Name]] extends [Bare<Of<C, Name>>, CommandReply<Name>]
      ? Name
      : never
    : never;
}[CommandName & C['type']];

/** Commands that go straight to an aggregate; all else has a `@CommandHandler`. */
export type DirectCommands = { readonly aggregate: AnyAggregate; readonly names: readonly CommandName[] };

export const direct = <C extends Message, S, E extends DomainEvent, R>(
  aggregate: Aggregate<C, S, E, R>,
  ...names: readonly Direct<C, R>[]
): DirectCommands => ({ aggregate, names });
