import type { MarkReadReply, MessageView, SendReceipt } from '@wbiz/contracts/message';
import type { Aggregate } from '@wbiz/eventing/postgres/event-store';
import { message, type MessageCommand, type MessageEvent, type MessageState } from './message.decider.js';

type Change = { readonly message: MessageState | null; readonly events: readonly MessageEvent[] };

/** Messages as the service itself drives them on; the reply is the message and what happened to it. */
export const messages: Aggregate<MessageCommand, MessageState | null, MessageEvent> = {
  name: 'message',
  table: 'messages',
  decider: message,
  stream: ({ data }) => data.messageId,
  published: ['message.status', 'message.received'],
  reply: (state, events): Change => ({ message: state, events }),
};

/** The same messages as a user sends them; the reply is the receipt. */
export const sends: typeof messages = { ...messages, reply: (state) => (state ? receiptOf(state) : null) };

/** Inbound messages as a user marks them read. */
export const reads: typeof messages = {
  ...messages,
  reply: (state, events): MarkReadReply | null =>
    state && { message: viewOf(state), pending: events.length > 0 },
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

/** What a customer sees of a message: the state without what only sending it needs. */
export function viewOf(state: MessageState): MessageView {
  const {
    accountId: _a,
    content: _c,
    attempt: _n,
    attemptOpen: _o,
    awaiting: _w,
    traceparent: _t,
    contactId: _p,
    history,
    ...view
  } = state;
  return { ...view, history: [...history] };
}
export type { Change as MessageChange };
