import { Flag, Json, NestedList, OneOf, Recipient, Text, TextMap, Time, Variables, Whole } from './field.js';
import { Page } from './page.js';

/** What rises and never falls back: a later status with a lower rank only goes into the history. */
export const MESSAGE_STATUSES = [
  'accepted',
  'outcome_unknown',
  'sent',
  'failed',
  'delivered',
  'read',
  'received',
] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];
export const SEND_KINDS = ['text', 'template'] as const;
export type SendKind = (typeof SEND_KINDS)[number];

/** What every send may carry. */
export class Send {
  @Recipient({ description: 'A phone number with its country code in any form, or a WhatsApp user id.' })
  to!: string;

  @Text({
    max: 40,
    optional: true,
    description: "Phone number id to send from; default the account's default.",
  })
  from?: string;

  @Text({ max: 300, optional: true, description: 'The message this one quotes: its wamid or msg id.' })
  replyTo?: string;

  @TextMap({
    max: 10,
    key: 64,
    value: 256,
    optional: true,
    description: 'Up to 10 string pairs, given back in events.',
  })
  metadata?: Record<string, string>;
}

/** `POST /v1/messages/text`. Meta's limit for a text body is 4,096 characters. */
export class SendText extends Send {
  @Text({ max: 4096, example: 'Hi! Your order #1043 has shipped.' })
  body!: string;

  @Flag({ optional: true, description: 'Whether WhatsApp may show a preview of the first link.' })
  previewUrl?: boolean;
}

/** `POST /v1/messages/template`. Names are Meta's: lower-case letters, digits and underscores, at most 512. */
export class SendTemplate extends Send {
  @Text({
    max: 512,
    pattern: /^[a-z0-9_]+$/,
    patternDetail: 'must hold lower-case letters, digits and underscores only',
    example: 'order_confirmation',
  })
  template!: string;

  @Text({
    max: 15,
    pattern: /^[A-Za-z]{2,3}([_-][A-Za-z]{2,4})?$/,
    patternDetail: 'must be a language code such as en_US',
    example: 'en_US',
  })
  language!: string;

  @Variables({
    optional: true,
    description: 'A list for {{1}}, {{2}} …; an object for named variables.',
    example: ['Gaurav', '#1043'],
  })
  variables?: string[] | Record<string, string>;

  @Text({ max: 60, optional: true, description: 'The id of uploaded media for a media header.' })
  headerMediaId?: string;

  @Text({
    max: 2000,
    pattern: /^https?:\/\//,
    patternDetail: 'must be an http(s) link',
    optional: true,
    description: 'A public link for a media header.',
  })
  headerLink?: string;

  @Variables({ optional: true, description: 'One value per button that takes one, in order of the buttons.' })
  buttonVariables?: string[] | Record<string, string>;
}

/** Command `message.send`: the request as the user sent it, and what the gateway decided for it. Key: the conversation. */
export type SendMessageData = {
  readonly messageId: string;
  readonly conversationId: string;
  readonly contactId: string;
  readonly phoneNumberId: string;
  readonly at: string;
} & (
  | { readonly kind: 'text'; readonly request: SendText }
  | { readonly kind: 'template'; readonly request: SendTemplate }
);

/** The answer to every send. */
export class SendReceipt {
  @Text({ max: 40, example: 'msg_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E' }) id!: string;
  @Text({ max: 300, nullable: true, description: "WhatsApp's id; null until Meta has taken the message." })
  wamid!: string | null;
  @OneOf(MESSAGE_STATUSES) status!: MessageStatus;
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

/** Why a message failed: our stable code, and Meta's own words where it was Meta that refused. */
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

/** A message in a conversation and behind `GET /v1/messages/:id`. */
export class MessageView {
  @Text({ max: 40 }) id!: string;
  @Text({ max: 300, nullable: true }) wamid!: string | null;
  @OneOf(['in', 'out'] as const) direction!: 'in' | 'out';
  @Text({ max: 30, example: 'text' }) kind!: string;
  @OneOf(MESSAGE_STATUSES) status!: MessageStatus;
  @Text({ max: 140, nullable: true }) to!: string | null;
  @Text({ max: 140, nullable: true }) from!: string | null;
  @Text({ max: 40 }) conversationId!: string;
  @Text({ max: 40 }) phoneNumberId!: string;
  @Text({ max: 65_536, nullable: true, description: 'The text a person reads, where there is one.' }) body!:
    string | null;
  @Json({ nullable: true, description: 'What was sent or received besides the text.' }) payload!: Record<
    string,
    unknown
  > | null;
  @Json({ nullable: true }) error!: MessageError | null;
  @Text({ max: 60, nullable: true }) mediaId!: string | null;
  @TextMap({ max: 10, key: 64, value: 256, nullable: true }) metadata!: Record<string, string> | null;
  @Text({ max: 40, nullable: true }) campaignId!: string | null;
  @Text({ max: 300, nullable: true }) replyTo!: string | null;
  @Time() createdAt!: string;
  @Time() statusAt!: string;
  @NestedList(() => StatusChange, { max: 1000 }) history!: StatusChange[];
}

/** `GET /v1/messages`. */
export class ListMessages extends Page {
  @OneOf(MESSAGE_STATUSES, { optional: true }) status?: MessageStatus;
  @Recipient({ optional: true }) to?: string;
  @Time({ optional: true }) since?: string;
}

/** The data of `message.status`. */
export class MessageStatusData {
  @Text({ max: 40 }) messageId!: string;
  @Text({ max: 300, nullable: true }) wamid!: string | null;
  @Text({ max: 40 }) conversationId!: string;
  @Text({ max: 140 }) to!: string;
  @OneOf(['accepted', 'sent', 'delivered', 'read', 'failed'] as const) status!:
    'accepted' | 'sent' | 'delivered' | 'read' | 'failed';
  @Json({ nullable: true }) error!: MessageError | null;
  @TextMap({ max: 10, key: 64, value: 256, nullable: true }) metadata!: Record<string, string> | null;
  @Text({ max: 40, nullable: true }) campaignId!: string | null;
  @Time() at!: string;
}

/**
 * The data of `message.received`. `from` is null for a person without a phone number; then `userId` stands. Where Meta
 * gives both, both stand: this is where the two are linked. `kind` and `payload`: see `INBOUND_PAYLOADS`.
 */
export class MessageReceivedData {
  @Text({ max: 40 }) messageId!: string;
  @Text({ max: 300 }) wamid!: string;
  @Text({ max: 40 }) conversationId!: string;
  @Text({ max: 40 }) contactId!: string;
  @Text({ max: 40, nullable: true }) from!: string | null;
  @Text({ max: 140, nullable: true, optional: true }) userId?: string | null;
  @Text({ max: 500, nullable: true }) name!: string | null;
  @Text({ max: 40 }) phoneNumberId!: string;
  @Text({ max: 30 }) kind!: string;
  @Text({ max: 65_536, nullable: true }) body!: string | null;
  @Json({ nullable: true }) payload!: Record<string, unknown> | null;
  @Text({ max: 60, nullable: true }) mediaId!: string | null;
  @Text({ max: 300, nullable: true }) replyTo!: string | null;
  @Time() receivedAt!: string;
}
