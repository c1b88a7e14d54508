import { LIMITS } from './limits.js';
import { MESSAGE_STATUSES, TOLD_KINDS } from './message-words.js';
import { Page } from './page.js';
import { Flag, Json, NestedList, Whole } from './schema/fields.js';
import { OneOf, Recipient, Text, TextMap, Time } from './schema/text-fields.js';

export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

/** The other apps that send from an account's phone numbers. */
const ELSEWHERE = ['business_app'] as const;
export type Elsewhere = (typeof ELSEWHERE)[number];

/** The answer to every send. */
export class SendReceipt {
  @Text({ max: 40, example: 'msg_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E' }) id!: string;
  @Text({
    ...LIMITS.wamid,
    nullable: true,
    description: "WhatsApp's id; null until Meta has accepted the message.",
  })
  wamid!: string | null;
  @OneOf(MESSAGE_STATUSES, {
    description: 'accepted, unless Meta has already reported what came of the message.',
    example: 'accepted',
  })
  status!: MessageStatus;
  @Text({ max: 140 }) to!: string;
  @Text({ max: 40 }) conversationId!: string;
  @Text({ max: 40 }) phoneNumberId!: string;
  @Time() createdAt!: string;
}

/** The answer to a send with `Prefer: respond-async`. */
export class AsyncReceipt {
  @Text({ max: 40 }) id!: string;
  @OneOf(['accepted'] as const) status!: 'accepted';
}

/** Why a message failed: our stable code, and Meta's own words if Meta refused it. */
export class MessageError {
  @Text({ max: 60, example: 'rejected_by_meta' }) code!: string;
  @Text({ max: 1000 }) message!: string;
  @Whole({ min: 0, max: 99_999_999, optional: true, description: "Meta's error code." }) metaCode?: number;
  @Whole({ min: 0, max: 99_999_999, optional: true, description: "Meta's error subcode." })
  metaSubcode?: number;
  @Text({ max: 2000, optional: true, description: "Meta's details." }) details?: string;
}

export class StatusChange {
  @OneOf(MESSAGE_STATUSES) status!: MessageStatus;
  @Time() at!: string;
  @Json({ optional: true }) error?: MessageError;
}

/** A message in a conversation. */
export class ConversationMessage {
  @Text({ max: 40 }) id!: string;
  @Text({ ...LIMITS.wamid, nullable: true }) wamid!: string | null;
  @OneOf(['in', 'out'] as const) direction!: 'in' | 'out';
  @OneOf(ELSEWHERE, { optional: true, description: 'What it was sent from, if not from WBIZ.' })
  source?: Elsewhere;
  @Text({ max: 30, example: 'text' }) kind!: string;
  @Text({
    ...LIMITS.inboundBody,
    nullable: true,
    description: 'The text of the message, if it has one.',
  })
  body!: string | null;
  @Json({ nullable: true, description: 'The rest of the content.' }) payload!: Record<string, unknown> | null;
  @OneOf(MESSAGE_STATUSES) status!: MessageStatus;
  @Json({ nullable: true }) error!: MessageError | null;
  @Text({ max: 60, nullable: true }) mediaId!: string | null;
  @Text({
    ...LIMITS.wamid,
    nullable: true,
    description: 'The quoted message: its wamid, or its id as given in the send.',
  })
  replyTo!: string | null;
  @Time() createdAt!: string;
  @Time() statusAt!: string;
}

/** A single message, as in `GET /v1/messages/:id`. */
export class MessageView extends ConversationMessage {
  @Text({ max: 140, nullable: true }) to!: string | null;
  @Text({ max: 140, nullable: true }) from!: string | null;
  @Text({ max: 40 }) conversationId!: string;
  @Text({ max: 40 }) phoneNumberId!: string;
  @TextMap({ max: 10, key: 64, value: 256, nullable: true }) metadata!: Record<string, string> | null;
  @Text({ max: 40, nullable: true }) campaignId!: string | null;
  @NestedList(() => StatusChange, { max: 1000 }) history!: StatusChange[];
}

/** `GET /v1/messages`. */
export class ListMessages extends Page {
  @OneOf(MESSAGE_STATUSES, { optional: true }) status?: MessageStatus;
  @Recipient({ optional: true, description: 'Only what was sent to this person.' }) to?: string;
  @Time({ optional: true, description: 'Only what was created at this time or later.' }) since?: string;
}

/** `POST /v1/messages/:id/read`. */
export class ReadMessage {
  @Flag({ optional: true, description: 'Whether to show the person that an answer is being typed.' })
  typing?: boolean;
}

/** Payload of the command `message.mark-read`. */
export type MarkReadData = { readonly messageId: string; readonly typing: boolean; readonly at: string };
/** The reply to `message.mark-read`. `pending`: Meta has not been told yet. */
export type MarkReadReply = { readonly message: MessageView; readonly pending: boolean };

/**
 * The data of the event `message.status`. `accepted` is published when WBIZ accepts a message; for a campaign's
 * message, once Meta accepts it.
 */
export class MessageStatusData {
  @Text({ max: 40 }) messageId!: string;
  @Text({ ...LIMITS.wamid, nullable: true }) wamid!: string | null;
  @Text({ max: 40 }) conversationId!: string;
  @Text({ max: 40, optional: true }) contactId?: string;
  @Text({ max: 140 }) to!: string;
  @OneOf(['accepted', 'sent', 'delivered', 'read', 'failed'] as const) status!:
    'accepted' | 'sent' | 'delivered' | 'read' | 'failed';
  @Json({ nullable: true }) error!: MessageError | null;
  @TextMap({ max: 10, key: 64, value: 256, nullable: true }) metadata!: Record<string, string> | null;
  @Text({ max: 40, nullable: true }) campaignId!: string | null;
  @Flag({ optional: true, description: 'Meta accepted the message and holds it for its quality assessment.' })
  held?: boolean;
  @Time() at!: string;
}

/**
 * The data of the event `message.withdrawn`: Meta was never asked to accept this campaign's message, and never will be.
 */
export class MessageWithdrawnData {
  @Text({ max: 40 }) messageId!: string;
  @Text({ max: 40 }) campaignId!: string;
  @Text({ max: 40 }) contactId!: string;
  @OneOf(['withdrawn', 'expired'] as const) reason!: 'withdrawn' | 'expired';
  @Time() at!: string;
}

/**
 * The data of the event `message.marketing_stopped`: the person no longer accepts marketing messages of this business.
 */
export class MarketingStoppedData {
  @Text({ max: 40 }) messageId!: string;
  @Text({ max: 40 }) contactId!: string;
  @Text({ max: 140 }) to!: string;
  @Time() at!: string;
}

/**
 * Whether the person or the business wrote the message to the other, so that it belongs in the conversation. Others are
 * events only: group messages, removed reactions, and edits that Meta reports as `unsupported`, among others.
 */
export const isWritten = ({ kind, payload }: Pick<WebhookMessage, 'kind' | 'payload'>): boolean =>
  !TOLD_KINDS.includes(kind === 'unsupported' ? String(payload?.['type']) : kind) &&
  payload?.['groupId'] === undefined &&
  !(kind === 'reaction' && (payload?.['emoji'] ?? null) === null);

/** The common data of events about a message in Meta's webhooks. `kind` and `payload`: see `INBOUND_PAYLOADS`. */
class WebhookMessage {
  @Text({ max: 40 }) messageId!: string;
  @Text(LIMITS.wamid) wamid!: string;
  @Text({ max: 40, description: "A group's conversation is not in the inbox." }) conversationId!: string;
  @Text({ max: 40 }) contactId!: string;
  @Text({ ...LIMITS.userId, nullable: true, optional: true }) userId?: string | null;
  @Text({ max: 40 }) phoneNumberId!: string;
  @Text({ max: 30 }) kind!: string;
  @Text({ ...LIMITS.inboundBody, nullable: true }) body!: string | null;
  @Json({ nullable: true }) payload!: Record<string, unknown> | null;
  @Text({ max: 60, nullable: true }) mediaId!: string | null;
  @Text({ ...LIMITS.wamid, nullable: true }) replyTo!: string | null;
}

/**
 * The data of the event `message.received`. `from` is null for a person without a phone number; then `userId` is set.
 * If Meta gives both, both are set: this event links the two.
 */
export class MessageReceivedData extends WebhookMessage {
  @Text({ max: 40, nullable: true }) from!: string | null;
  @Text({ ...LIMITS.contactName, nullable: true }) name!: string | null;
  @Time() receivedAt!: string;
}

/** The data of the event `message.echoed`: the business sent a message to a person by other means than this API. */
export class MessageEchoedData extends WebhookMessage {
  @Text({ max: 140 }) to!: string;
  @OneOf(ELSEWHERE) source!: Elsewhere;
  @Time() sentAt!: string;
}
