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

/** The part of a conversation that the account's staff set; null before the first message. */
export type ConversationState = {
  /** Missing in rows written by versions that could not merge conversations. */
  readonly id?: string;
  readonly mergedInto?: string;
  readonly status: ConversationStatus;
  readonly assignee: string | null;
  readonly contactId: string;
  readonly phoneNumberId: string;
};

/** A message was sent or received. `written`: by the person, not by the business. */
type NoteMessage = Omit<ConversationStatusData, 'assignee'> & { readonly written: boolean };

export type ConversationCommand =
  | Message<'conversation.update', UpdateConversationData>
  | Message<'conversation.note-message', NoteMessage>
  | Message<'conversation.merge', Merged>;
/** The conversation becomes a part of `into`, another conversation of the same person. */
type Merged = { readonly conversationId: string; readonly into: string; readonly at: string };

export type ConversationEvent =
  | DomainEvent<'conversation.opened', ConversationStatusData>
  | DomainEvent<'conversation.closed', ConversationStatusData>
  | DomainEvent<'conversation.merged', Merged>
  | DomainEvent<'conversation.assigned', { readonly assignee: string | null; readonly at: string }>;

const EVENT_OF = { open: 'conversation.opened', closed: 'conversation.closed' } as const;

export const conversation: Decider<ConversationCommand, ConversationState | null, ConversationEvent> = {
  initial: null,

  decide: {
    'conversation.update': ({ data: { conversationId: asked, status, assignee, at } }, known) => {
      if (!known) throw new Rejection('not_found', `There is no conversation ${asked}.`);
      const { id: conversationId = asked, contactId, phoneNumberId } = known;
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

    'conversation.merge': ({ data }, known) =>
      known && !known.mergedInto ? [{ type: 'conversation.merged', data }] : [],
  },

  evolve: {
    'conversation.opened': (_, { data }) => ({ ...shownIn(data), status: 'open' }),
    'conversation.closed': (_, { data }) => ({ ...shownIn(data), status: 'closed' }),
    'conversation.merged': (known, { data: { into } }) => ({ ...begun(known), mergedInto: into }),
    'conversation.assigned': (known, { data: { assignee } }) => ({ ...begun(known), assignee }),
  },
};

function begun(known: ConversationState | null): ConversationState {
  if (!known) throw new Error('the stream has no first event');
  return known;
}

const shownIn = ({ conversationId: id, assignee, contactId, phoneNumberId }: ConversationStatusData) => ({
  id,
  assignee,
  contactId,
  phoneNumberId,
});

/** The event store creates no row of a conversation: {@link conversationProjection} does, at the first message. */
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
  becomes: (state) => state?.mergedInto,
  published: ['conversation.opened', 'conversation.closed'],
  reply: { 'conversation.update': () => null },
};
