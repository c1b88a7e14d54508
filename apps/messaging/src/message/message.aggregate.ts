import type { RepliesTo } from '@wbiz/contracts/command-catalogue';
import type { MessageView, SendReceipt } from '@wbiz/contracts/message';
import type { Aggregate } from '@wbiz/eventing/aggregate';
import { message, type MessageCommand, type MessageEvent, type MessageState } from './message.decider.js';

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
  published: ['message.status', 'message.received', 'message.withdrawn', 'message.marketing_stopped'],
  facts: async (tx, asked) => {
    const isLeaving = ({ command: { type } }: (typeof asked)[number]) =>
      type === 'message.withdraw' || type === 'message.expire';
    const leaving = asked.filter(isLeaving).map(({ command }) => command.data.messageId);
    if (leaving.length === 0) return asked.map(() => undefined);
    // Whoever starts an attempt locks the message first.
    const { rows } = await tx.query<{ id: string }>({
      name: 'calls-under-way',
      text: `select message_id as id from messaging.dispatch where message_id = any($1) and state = 'started'`,
      values: [leaving],
    });
    const started = new Set(rows.map(({ id }) => id));
    return asked.map((one) =>
      isLeaving(one) ? { isUnderWay: started.has(one.command.data.messageId) } : undefined,
    );
  },
  reply: {
    'message.send': (state) => receiptOf(state!),
    'message.withdraw': () => null,
    'message.mark-read': (state, events) => ({ message: viewOf(state!), pending: events.length > 0 }),
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

/** What a customer sees of a message: the state without what only sending it needs. */
export function viewOf(state: MessageState): MessageView {
  const {
    accountId: _a,
    content: _c,
    deferrals: _n,
    isUnknown: _u,
    awaiting: _w,
    traceparent: _t,
    contactId: _p,
    flowToken: _f,
    expiresAt: _e,
    history,
    ...view
  } = state;
  return { ...view, history: [...history] };
}
