import type { MarkReadData, MarkReadReply, MessageView, ReadMessage } from '@wbiz/contracts/message';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Peers } from '@wbiz/service-kit/peers';
import type { Call } from '../access/call.js';
import type { Commands } from '../commands/commands.js';
import { settledRefusal } from '../commands/settled-refusal.js';

/** Has an inbound message marked read, and waits until Meta knows. Asking again does no harm, also after a 504. */
export async function markRead(
  commands: Pick<Commands, 'execute' | 'settled'>,
  peers: Pick<Peers, 'ask'>,
  messageId: string,
  { typing = false }: ReadMessage,
  call: Call,
): Promise<MessageView> {
  const accepted = await commands.execute<MarkReadReply>(call, 'messaging', () => {
    const data: MarkReadData = { messageId, typing, at: new Date().toISOString() };
    return { type: 'message.mark-read', key: messageId, data };
  });
  const { message, pending } = accepted.data;
  if (!pending) return message;
  const reply = accepted.resumed ? undefined : await commands.settled(accepted.commandId, call.deadline);
  if (reply?.ok) return reply.data as MessageView;
  if (reply) throw settledRefusal(reply.error);
  const asked = peers.ask('messaging', 'message.get', { accountId: call.account.id, id: messageId });
  const now = await asked.catch(() => null);
  if (now?.status === 'read') return now;
  throw new Rejection(
    'outcome_pending',
    `Meta has not answered yet. GET /v1/messages/${messageId} will tell whether the message is marked read.`,
    { messageId },
  );
}
