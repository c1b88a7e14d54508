import type { MessageView, ReadMessage } from '@wbiz/contracts/message';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Peers } from '@wbiz/service-kit/peers';
import type { Call } from '../access/call.js';
import type { Commands } from '../commands/commands.js';

/** Marks an inbound message read and waits for Meta's answer. May be repeated, also after a 504. */
export function markRead(
  { commands, peers }: { readonly commands: Pick<Commands, 'outcome'>; readonly peers: Pick<Peers, 'ask'> },
  messageId: string,
  { typing = false }: ReadMessage,
  call: Call,
): Promise<MessageView> {
  const data = { messageId, typing, at: new Date().toISOString() };
  return commands.outcome(call, 'message.mark-read', data, {
    harmless: true,
    outcomeIn: ({ message, pending }) => (pending ? undefined : message),
    withoutOutcome: async () => {
      const asked = peers.ask('message.get', { accountId: call.account.id, id: messageId });
      const now = await asked.catch(() => null);
      if (now?.status === 'read') return now;
      throw new Rejection(
        'outcome_pending',
        `Meta has not answered yet. GET /v1/messages/${messageId} will tell whether the message is marked read.`,
        { messageId },
      );
    },
  });
}
