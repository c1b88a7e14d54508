import type { RepliesTo } from '@wbiz/contracts/command-catalogue';
import type { MessageView, SendReceipt } from '@wbiz/contracts/message';
import type { Aggregate } from '@wbiz/eventing/aggregate';
import { messageFacts } from './message.facts.js';
import { handedMessage, type WholeMessage } from './whole-message.js';
import type { MessageCommand } from './message.commands.js';
import { message } from './message.decider.js';
import type { MessageEvent } from './message.events.js';
import type { MessageState } from './message.state.js';

/** Messages sent and received. */
export const messages: Aggregate<
  MessageCommand,
  MessageState | null,
  MessageEvent,
  RepliesTo<MessageCommand>
> = {
  name: 'message',
  table: 'messages',
  decider: message,
  stream: ({ data }) => data.messageId,
  published: [
    'message.status',
    'message.received',
    'message.echoed',
    'message.withdrawn',
    'message.marketing_stopped',
  ],
  facts: messageFacts,
  reply: {
    'message.send': (state) => receiptOf(state!),
    'message.withdraw': () => null,
    'message.mark-read': (state, events) => ({
      message: viewOf(handedMessage(state!)),
      pending: events.length > 0,
    }),
  },
};

export const receiptOf = (state: MessageState): SendReceipt => ({
  id: state.id,
  wamid: state.wamid,
  status: state.status,
  to: state.to ?? '',
  conversationId: state.conversationId,
  phoneNumberId: state.phoneNumberId,
  createdAt: state.createdAt,
});

/** The message as customers see it: the state and the content, without the fields that only sending needs. */
export function viewOf(message: WholeMessage): MessageView {
  const {
    accountId: _a,
    deferrals: _n,
    isUnknown: _u,
    awaiting: _w,
    contactId: _p,
    flowToken: _f,
    expiresAt: _e,
    history,
    ...view
  } = message;
  return { ...view, history: [...history] };
}
