import type { RepliesTo } from '@wbiz/contracts/command-catalogue';
import type { Aggregate } from '@wbiz/eventing/postgres/aggregate';
import {
  conversation,
  type ConversationCommand,
  type ConversationEvent,
  type ConversationState,
} from './conversation.decider.js';

/** Its rows begin with a message ({@link conversationProjection}); there is none that the store begins. */
export const conversations: Aggregate<
  ConversationCommand,
  ConversationState | null,
  ConversationEvent,
  RepliesTo<ConversationCommand>
> = {
  name: 'conversation',
  table: 'conversations',
  decider: conversation,
  stream: ({ data }) => data.conversationId,
  published: ['conversation.opened', 'conversation.closed'],
  reply: { 'conversation.update': () => null },
};
