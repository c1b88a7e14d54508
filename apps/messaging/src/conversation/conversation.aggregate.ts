import type { Aggregate } from '@wbiz/eventing/postgres/event-store';
import {
  conversation,
  type ConversationCommand,
  type ConversationEvent,
  type ConversationState,
} from './conversation.decider.js';

/** Its rows begin with a message ({@link conversationProjection}); there is none that the store begins. */
export const conversations: Aggregate<ConversationCommand, ConversationState | null, ConversationEvent> = {
  name: 'conversation',
  table: 'conversations',
  decider: conversation,
  stream: ({ data }) => data.conversationId,
  published: ['conversation.opened', 'conversation.closed'],
  reply: () => null,
};
