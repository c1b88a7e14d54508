import type { ConversationView, UpdateConversation } from '@wbiz/contracts/conversation';
import type { Peers } from '@wbiz/service-kit/peers';
import type { Call } from '../access/call.js';
import type { Commands } from '../commands/commands.js';
import { found } from '../found.js';

/** Changes a conversation and answers its inbox row; repeating is harmless. */
export async function updateConversation(
  { commands, peers }: { readonly commands: Pick<Commands, 'execute'>; readonly peers: Pick<Peers, 'ask'> },
  conversationId: string,
  change: UpdateConversation,
  call: Call,
): Promise<ConversationView> {
  const at = new Date().toISOString();
  await commands.execute(call, 'conversation.update', { ...change, conversationId, at });
  const asked = peers.ask('conversation.get', {
    accountId: call.account.id,
    id: conversationId,
  });
  return found(`conversation ${conversationId}`, asked);
}
