import type { CommandData, CommandName, CommandReply } from '@wbiz/contracts/command-catalogue';
import type { InboundPayloads } from '@wbiz/contracts/meta/inbound';
import type { Answer, Ask, QueryName } from '@wbiz/contracts/query-catalogue';
import { CommandHandler as HandlerOf } from '@wbiz/eventing/kafka/command-handler';
import type { Command, Reply } from '@wbiz/eventing/message';
import { QueryHandler as AnswererOf } from '@wbiz/eventing/rpc/query-handler';

/** A decorator for methods of the type `Handler`. */
type On<Handler> = <Method extends Handler>(
  target: object,
  name: string | symbol,
  method: TypedPropertyDescriptor<Method>,
) => void;

/** Marks a method that handles a command which needs more than being passed to its aggregate. */
export const CommandHandler = <Name extends CommandName>(
  name: Name,
): On<(command: Command<Name, CommandData<Name>>) => Promise<Reply<CommandReply<Name>> | undefined>> =>
  HandlerOf(name);

/**
 * Marks a method that handles items of one kind from Meta's webhooks. If it throws, the item is retried or becomes a
 * dead letter.
 */
export const InboundHandler = <Type extends keyof InboundPayloads>(
  type: Type,
): On<(item: Command<Type, InboundPayloads[Type]>) => Promise<void>> => HandlerOf(type);

/** Marks a method that answers a query, or throws a `Rejection`. */
export const QueryHandler = <Name extends QueryName>(
  name: Name,
): On<(ask: Ask<Name>) => Promise<Answer<Name>>> => AnswererOf(name);
