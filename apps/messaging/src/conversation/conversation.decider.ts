import type { RepliesTo } from '@wbiz/contracts/command-catalogue';
import type {
  ConversationStatus,
  ConversationStatusData,
  UpdateConversationData,
} from '@wbiz/contracts/conversation';
import type { Aggregate } from '@wbiz/eventing/aggregate';
import type { Decider } from '@wbiz/eventing/decider';
import type { DomainEvent, Message } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';

/** What people decide of a conversation; null before its first message. */
export type ConversationState = {
  readonly status: ConversationStatus;
  readonly assignee: string | null;
  readonly contactId: string;
  readonly phoneNumberId: string;
};

/** A message was sent or came in; `written`: by the person, to us. */
export type NoteMessage = Omit<ConversationStatusData, 'assignee'> & { readonly written: boolean };

export type ConversationCommand =
  Message<'conversation.update', UpdateConversationData> | Message<'conversation.note-message', NoteMessage>;

export type ConversationEvent =
  | DomainEvent<'conversation.opened', ConversationStatusData>
  | DomainEvent<'conversation.closed', ConversationStatusData>
  | DomainEvent<'conversation.assigned', { readonly assignee: string | null; readonly at: string }>;

const EVENT_OF = { open: 'conversation.opened', closed: 'conversation.closed' } as const;

export const conversation: Decider<ConversationCommand, ConversationState | null, ConversationEvent> = {
  initial: null,

  decide: {
    'conversation.update': ({ data: { conversationId, status, assignee, at } }, known) => {
      if (!known) throw new Rejection('not_found', `There is no conversation ${conversationId}.`);
      const { contactId, phoneNumberId } = known;
      const answering = assignee === undefined ? known.assignee : assignee;
      const events: ConversationEvent[] = [];
      if (answering !== known.assignee)
        events.push({ type: 'conversation.assigned', data: { assignee: answering, at } });
      if (status !== undefined && status !== known.status)
        events.push({
          type: EVENT_OF[status],
          data: { conversationId, contactId, phoneNumberId, assignee: answering, at },
        });
      return events;
    },

    'conversation.note-message': ({ data: { written, ...data } }, known) =>
      !known || (known.status === 'closed' && written)
        ? [{ type: 'conversation.opened', data: { ...data, assignee: known?.assignee ?? null } }]
        : [],
  },

  evolve: {
    'conversation.opened': (_, { data }) => ({ ...shownIn(data), status: 'open' }),
    'conversation.closed': (_, { data }) => ({ ...shownIn(data), status: 'closed' }),
    'conversation.assigned': (known, { data: { assignee } }) => {
      if (!known) throw new Error('the stream has no first event');
      return { ...known, assignee };
    },
  },
};

const shownIn = ({ assignee, contactId, phoneNumberId }: ConversationStatusData) => ({
  assignee,
  contactId,
  phoneNumberId,
});

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
