import type {
  MarketingStoppedData,
  MessageEchoedData,
  MessageReceivedData,
  MessageStatusData,
  MessageWithdrawnData,
  StatusChange,
} from '@wbiz/contracts/message';
import type { DomainEvent, Of } from '@wbiz/eventing/message';
import type { Link } from '../person/identity.js';
import type { Awaiting, MessageState, SendContent } from './message.state.js';

/** Private data of an event that came from Meta's webhook: its account, and the identity links that this event adds. */
export type HandedBy = { readonly accountId: string; readonly links?: readonly Link[] };
/** Private data of a send's first event. */
export type Accepted = Pick<
  MessageState,
  | 'accountId'
  | 'kind'
  | 'phoneNumberId'
  | 'contactId'
  | 'replyTo'
  | 'mediaId'
  | 'otherMediaIds'
  | 'flowToken'
  | 'expiresAt'
  | 'awaiting'
> &
  SendContent;
/** The fields of a message that the inbox shows. */
export type Shown = Pick<MessageState, 'contactId' | 'phoneNumberId' | 'kind'>;
/**
 * Private data of the status that brought Meta's id. `shown`: for the inbox, which shows a campaign's message from then
 * on.
 */
export type Taken = { readonly isTaken: true; readonly shown?: Shown };
export type MessageEvent =
  | DomainEvent<'message.status', MessageStatusData, Accepted | Taken | undefined>
  /**
   * The first event of a campaign's message. Not published, unlike the first `message.status` of a single send: clients
   * see a campaign's message only once it has an outcome.
   */
  | DomainEvent<'message.queued', MessageStatusData, Accepted>
  | DomainEvent<'message.withdrawn', MessageWithdrawnData>
  | DomainEvent<'message.marketing_stopped', MarketingStoppedData>
  | DomainEvent<'message.received', MessageReceivedData, HandedBy>
  | DomainEvent<'message.echoed', MessageEchoedData, HandedBy>
  /** Stored by former versions only; now the message's row in the queue holds the attempt. */
  | DomainEvent<
      'message.attempted',
      { readonly attempt: number; readonly replica: string; readonly at: string }
    >
  | DomainEvent<
      'message.submitted',
      { readonly attempt: number; readonly wamid: string; readonly at: string }
    >
  | DomainEvent<
      'message.deferred',
      { readonly attempt: number; readonly reason: string; readonly at: string }
    >
  | DomainEvent<
      'message.outcome_unknown',
      { readonly attempt: number; readonly reason: string; readonly at: string }
    >
  | DomainEvent<'message.status_late', StatusChange>
  | DomainEvent<
      'message.read_requested',
      { readonly typing: boolean; readonly at: string },
      { readonly wamid: string; readonly phoneNumberId: string; readonly awaiting: Awaiting | null }
    >
  | DomainEvent<'message.marked_read', { readonly conversationId: string; readonly at: string }>;

/** The private data of a status that brought Meta's id; undefined for any other event. */
export const takenIn = ({
  private: given,
}: Of<MessageEvent, 'message.status' | 'message.queued'>): Taken | undefined =>
  given && 'isTaken' in given ? given : undefined;
