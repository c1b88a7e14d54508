import type { Elsewhere, MessageError, MessageStatus, StatusChange } from '@wbiz/contracts/message';
import type { GraphBody } from './graph-body.js';

/**
 * A message sent or received; null before its first event. The content of a send ({@link SendContent}) is in its first
 * event only, so that the state, which changes several times, stays small.
 */
export type MessageState = {
  readonly id: string;
  readonly accountId: string;
  readonly direction: 'in' | 'out';
  /** Set if the message was sent, but not through WBIZ. */
  readonly source?: Elsewhere;
  readonly kind: string;
  readonly status: MessageStatus;
  readonly wamid: string | null;
  readonly to: string | null;
  readonly from: string | null;
  readonly phoneNumberId: string;
  readonly conversationId: string;
  readonly contactId: string;
  /** `body` and `payload` are set for messages from Meta's webhook. */
  readonly body?: string | null;
  readonly payload?: Record<string, unknown> | null;
  readonly error: MessageError | null;
  readonly metadata: Record<string, string> | null;
  readonly campaignId: string | null;
  readonly replyTo: string | null;
  readonly mediaId: string | null;
  /** The media of a carousel's cards, after the first medium (`mediaId`). */
  readonly otherMediaIds?: readonly string[];
  /** Set if a flow was sent: the token that its reply carries. */
  readonly flowToken?: string;
  /** Set for a campaign's message: when the message returns to its campaign unless a call to Meta has started. */
  readonly expiresAt?: string;
  readonly createdAt: string;
  readonly statusAt: string;
  /** The number of attempts that were deferred; the message's row in the queue holds the current attempt. */
  readonly deferrals: number;
  /** Whether the outcome of the current attempt is unknown. */
  readonly isUnknown: boolean;
  /** Null once there is an outcome, or if no reply is awaited. */
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
/** A message with its body for Meta and the trace context of its request. */
export type Outgoing = MessageState & Pick<SendContent, 'content' | 'traceparent'>;

/** Where the outcome of a command is awaited: the gateway's address, and the id of its command. */
export type Awaiting = { readonly address: string; readonly commandId: string };

/** A status replaces the current one only if its rank is higher. */
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
/** Whether the message has neither a wamid nor a status after `outcome_unknown`. */
export const isUnsettled = (message: MessageState) =>
  RANK[message.status] <= RANK.outcome_unknown && message.wamid === null;
