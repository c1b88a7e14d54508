import { Decimal, Flag, Json, Nested, NestedList, Whole } from './schema/fields.js';
import { Text } from './schema/text-fields.js';
import { LIMITS } from './limits.js';
import { text } from './meta/item.js';

const TEXT = 65_536;
const ID = 300;
const SHORT = 1_000;
const LINK = 8_192;

/** The ad or post a person came from (Meta's `referral`, click-to-WhatsApp). */
export class InboundReferral {
  @Text({ max: LINK, optional: true }) sourceUrl?: string;
  @Text({ max: ID, optional: true }) sourceId?: string;
  @Text({ max: ID, optional: true, description: 'ad or post.' }) sourceType?: string;
  @Text({ max: TEXT, optional: true }) headline?: string;
  @Text({ max: TEXT, optional: true }) body?: string;
  @Text({ max: ID, optional: true, description: 'image or video.' }) mediaType?: string;
  @Text({ max: LINK, optional: true }) imageUrl?: string;
  @Text({ max: LINK, optional: true }) videoUrl?: string;
  @Text({ max: LINK, optional: true }) thumbnailUrl?: string;
  @Text({ max: SHORT, optional: true, description: 'The id of the click.' }) ctwaClid?: string;
  @Text({ max: TEXT, optional: true, description: 'The greeting the ad showed.' }) welcomeMessage?: string;
}

/** The product a person asks about. */
export class InboundProduct {
  @Text({ max: ID }) catalogId!: string;
  @Text({ max: ID }) productRetailerId!: string;
}

/** Why Meta could not deliver a message to us. */
export class InboundError {
  @Whole({ min: 0, max: 99_999_999 }) code!: number;
  @Text({ max: SHORT }) message!: string;
  @Text({ max: TEXT, optional: true }) details?: string;
}

/** Fields that any kind of message may have besides its content. */
export class InboundExtras {
  @Flag({ optional: true }) forwarded?: boolean;
  @Flag({ optional: true, description: 'Forwarded more than five times.' }) frequentlyForwarded?: boolean;
  @Text({ max: ID, optional: true, description: 'The group it was written in.' }) groupId?: string;
  @Nested(() => InboundReferral, { optional: true }) referral?: InboundReferral;
  @Nested(() => InboundProduct, { optional: true }) referredProduct?: InboundProduct;
  @NestedList(() => InboundError, { max: 100, optional: true }) errors?: InboundError[];
}

/** The payload of kinds image, video, audio, document and sticker. The caption is the message's `body`. */
class InboundMedia extends InboundExtras {
  @Text({ max: ID, optional: true, description: "Meta's id of the media." }) metaId?: string;
  @Text({ max: SHORT, optional: true }) mimeType?: string;
  @Text({ max: ID, optional: true, description: 'As Meta gives it: Base64.' }) sha256?: string;
  @Text({ max: SHORT, optional: true }) filename?: string;
  @Flag({ optional: true, description: 'Recorded in WhatsApp.' }) voice?: boolean;
  @Flag({ optional: true }) animated?: boolean;
}

class InboundLocation extends InboundExtras {
  @Decimal({ min: -90, max: 90 }) latitude!: number;
  @Decimal({ min: -180, max: 180 }) longitude!: number;
  @Text({ max: TEXT, optional: true }) name?: string;
  @Text({ max: TEXT, optional: true }) address?: string;
  @Text({ max: LINK, optional: true }) url?: string;
}

class InboundContacts extends InboundExtras {
  @Json({
    list: true,
    description:
      "The cards in Meta's shape, in camel case: { name: { formattedName, … }, phones, emails, … }.",
  })
  contacts!: Record<string, unknown>[];
}

/**
 * A reply to buttons or a list (`type` button_reply, list_reply), or another interactive reply of Meta's, in camel
 * case.
 */
class InboundInteractive extends InboundExtras {
  @Text({ max: SHORT, example: 'button_reply' }) type!: string;
  @Text({ max: SHORT, optional: true, description: 'Id of the button or row.' }) id?: string;
  @Text({ max: TEXT, optional: true }) title?: string;
  @Text({ max: TEXT, optional: true }) description?: string;
  @Json({ optional: true, description: 'What other replies hold, e.g. { response: "accept" }.' })
  reply?: Record<string, unknown>;
}

/**
 * A completed flow. `response`: the flow's answer, parsed; null if it is not a JSON object, then `responseText` holds
 * it. A token that WBIZ made for the send is removed from both.
 */
class InboundFlowReply extends InboundExtras {
  @Text({ max: SHORT, optional: true, example: 'flow' }) name?: string;
  @Json({ depth: 100, nullable: true }) response!: Record<string, unknown> | null;
  @Text({ max: TEXT, optional: true }) responseText?: string;
  @Text({ max: SHORT, optional: true, description: 'The token that the send was given.' }) flowToken?: string;
  @Text({ max: 40, optional: true, description: 'The flow that was answered.' }) flowId?: string;
  @Text({ max: 40, optional: true, description: 'The message that asked for it.' }) flowMessageId?: string;
}

/** A tap on a template's quick reply button; `body` is its text. */
class InboundButton extends InboundExtras {
  @Text({ max: SHORT, optional: true }) payload?: string;
}

/** A reaction. The message's `body` holds the emoji too. `emoji` is null if the reaction was removed. */
class InboundReaction extends InboundExtras {
  @Text({ max: ID, description: 'The message reacted to.' }) wamid!: string;
  @Text({ max: 100, nullable: true }) emoji!: string | null;
}

class InboundOrderItem {
  @Text({ max: ID }) productRetailerId!: string;
  @Decimal({ min: 0, max: 1e9 }) quantity!: number;
  @Decimal({ min: 0, max: 1e15 }) price!: number;
  @Text({ max: 10 }) currency!: string;
}

class InboundOrder extends InboundExtras {
  @Text({ max: ID, optional: true }) catalogId?: string;
  @NestedList(() => InboundOrderItem, { max: 1_000 }) items!: InboundOrderItem[];
}

/** Types of system messages that report a new phone number or user id of a person, or both. */
const PERSON_CHANGES: readonly string[] = [
  'user_changed_number',
  'customer_changed_number',
  'user_changed_user_id',
];

/** The person's new phone number and user id in a system message; null: unchanged. Undefined for any other message. */
export function personChange({ kind, payload }: { kind: string; payload: Record<string, unknown> | null }) {
  if (kind !== 'system' || !PERSON_CHANGES.includes(text(payload?.['type']) ?? '')) return undefined;
  const told = (name: keyof InboundSystem) => text(payload?.[name]) ?? null;
  return { phone: told('phone'), userId: told('userId'), previousUserId: told('previousUserId') };
}

/** A system message about a person: a new number (`phone`) or user id, or a new identity. */
export class InboundSystem extends InboundExtras {
  @Text({ max: SHORT, optional: true, example: 'user_changed_number' }) type?: string;
  @Text({ max: 40, optional: true, description: 'The new number.' }) phone?: string;
  @Text({ ...LIMITS.userId, optional: true, description: 'The new user id.' }) userId?: string;
  @Text({ ...LIMITS.userId, optional: true }) previousUserId?: string;
  @Text({ max: SHORT, optional: true }) identity?: string;
}

/**
 * A message whose content Meta does not deliver. `type`: its kind if Meta names it, e.g. poll. `errors`: Meta's
 * reasons.
 */
class InboundUnsupported extends InboundExtras {
  @Text({ max: SHORT, optional: true }) type?: string;
}

/** An edit of an earlier message: `kind`, `body` and `content` are as in a received message. */
class InboundEdit extends InboundExtras {
  @Text({ max: ID, description: 'The message that was edited.' }) wamid!: string;
  @Text({ max: 30 }) kind!: string;
  @Json({ depth: 100, nullable: true }) content!: Record<string, unknown> | null;
}

class InboundRevoke extends InboundExtras {
  @Text({ max: ID, description: 'The message that was deleted.' }) wamid!: string;
}

/**
 * The kinds of `message.received` and the shape of their `payload`, which is null if it would be empty. Any other kind
 * is a type of Meta's that WBIZ does not know: its payload is Meta's message, less what other fields of the event hold.
 */
export const INBOUND_PAYLOADS = {
  text: InboundExtras,
  image: InboundMedia,
  video: InboundMedia,
  audio: InboundMedia,
  document: InboundMedia,
  sticker: InboundMedia,
  location: InboundLocation,
  contacts: InboundContacts,
  interactive: InboundInteractive,
  flow_reply: InboundFlowReply,
  button: InboundButton,
  reaction: InboundReaction,
  order: InboundOrder,
  system: InboundSystem,
  request_welcome: InboundExtras,
  unsupported: InboundUnsupported,
  edit: InboundEdit,
  revoke: InboundRevoke,
} as const satisfies Record<string, new () => InboundExtras>;
export type InboundKind = keyof typeof INBOUND_PAYLOADS;
export type InboundPayload<Kind extends InboundKind> = InstanceType<(typeof INBOUND_PAYLOADS)[Kind]>;
