import type { Elsewhere, MessageError, MessageStatus, StatusChange } from '@wbiz/contracts/message';
import type { GraphBody } from './graph-body.js';

/**
 * A message sent or received; null before its first event. An outgoing message changes several times; its constant
 * part is in its first event only ({@link SendContent}).
 */
export type MessageState = {
  readonly id: string;
  readonly accountId: string;
  readonly direction: 'in' | 'out';
  /** Set if it was not sent through WBIZ. */
  readonly source?: Elsewhere;
  readonly kind: string;
  readonly status: MessageStatus;
  readonly wamid: string | null;
  readonly to: string | null;
  readonly from: string | null;
  readonly phoneNumberId: string;
  readonly conversationId: string;
  readonly contactId: string;
  /** Set for messages from Meta's webhook. */
  readonly body?: string | null;
  readonly payload?: Record<string, unknown> | null;
  readonly error: MessageError | null;
  readonly metadata: Record<string, string> | null;
  readonly campaignId: string | null;
  readonly replyTo: string | null;
  readonly mediaId: string | null;
  /** The other media that the cards of a carousel show. */
  readonly otherMediaIds?: readonly string[];
  /** Set for a sent flow: the token that its reply carries. */
  readonly flowToken?: string;
  /** Set for a campaign's message: it returns to its campaign at this time unless Meta was asked. */
  readonly expiresAt?: string;
  readonly createdAt: string;
  readonly statusAt: string;
  /** Ended attempts that are followed by another; the current attempt is in the queue row. */
  readonly deferrals: number;
  /** Whether the outcome of the current attempt is unknown. */
  readonly isUnknown: boolean;
  /** Who still waits for the outcome; null once the reply was sent. */
  readonly awaiting: Awaiting | null;
  readonly history: readonly StatusChange[];
};

/**
 * The content of a send. `content` is the body for Meta without the recipient; `traceparent` the W3C trace context of
 * the request.
 */
export type SendContent = {
  readonly body: string | null;
  readonly payload: Record<string, unknown> | null;
  readonly content: GraphBody;
  readonly traceparent: string | null;
};
/** A message in the form sent to Meta. */
export type Outgoing = MessageState & Pick<SendContent, 'content' | 'traceparent'>;

/** Who waits for the outcome of a send: the gateway's address and the id of its command. */
export type Awaiting = { readonly address: string; readonly commandId: string };

/** Only a higher rank replaces the current status. `outcome_unknown` is provisional. */
export const RANK: Readonly<Record<MessageStatus, number>> = {
  accepted: 0,
  outcome_unknown: 1,
  sent: 2,
  failed: 3,
  delivered: 4,
  read: 5,
  received: 9,
};

export const isCampaigns = ({ campaignId }: MessageState) => campaignId !== null;
export const isOutgoing = (message: MessageState | null): message is MessageState =>
  message?.direction === 'out';
/** Whether neither an answer nor a status of Meta's has come for this message. */
export const isUnsettled = (message: MessageState) =>
  RANK[message.status] <= RANK.outcome_unknown && message.wamid === null;
