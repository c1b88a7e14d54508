import type { ReplyPublisher } from '@wbiz/eventing/rpc/reply-publisher';
import type { Command, Reply } from '@wbiz/eventing/message';
import { receiptOf } from './message.aggregate.js';
import type { Awaiting, MessageState } from './message.state.js';

export const ANNOUNCE = Symbol('ANNOUNCE');
/** Replies with a send's outcome to the gateway that waits for it; does nothing while the message has no outcome. */
export type Announce = (message: MessageState, awaiting?: Awaiting | null) => void;

export const announcer =
  (replies: Pick<ReplyPublisher, 'reply'>): Announce =>
  (message, awaiting = message.awaiting) => {
    const reply = settledReply(message);
    if (awaiting && reply)
      replies.reply(awaiting.address, { commandId: awaiting.commandId, stage: 'settled', reply });
  };

/** The reply with a send's outcome; undefined while the message has none. */
function settledReply(message: MessageState): Reply | undefined {
  if (message.status === 'failed' && message.error) {
    const { code, message: text, ...details } = message.error;
    return { ok: false, error: { code, message: text, details: { messageId: message.id, ...details } } };
  }
  return message.wamid === null ? undefined : { ok: true, data: receiptOf(message) };
}

/** Where the sender of the command waits for the outcome; null if the sender does not wait. */
export const awaitingOf = ({ replyTo, id }: Pick<Command, 'replyTo' | 'id'>): Awaiting | null =>
  replyTo === undefined ? null : { address: replyTo, commandId: id };
