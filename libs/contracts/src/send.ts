import { ContactCard } from './contact-card.js';
import type { FlowView } from './flow.js';
import { InteractiveCard, mediumFaults } from './interactive.js';
import { LIMITS } from './limits.js';
import { fieldFault } from './problem.js';
import { both } from './schema/derived-classes.js';
import { Rule } from './schema/field-registry.js';
import { Decimal, Flag, Json, NestedList } from './schema/fields.js';
import { Link, NOT_BLANK, OneOf, Recipient, Text, TextMap } from './schema/text-fields.js';
import { SentTemplateName, TemplateParts } from './template/values.js';
import { lengthOf } from './text/characters.js';

/** Fields that every send may have. */
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
    description: 'Up to 10 string pairs, returned in events.',
  })
  metadata?: Record<string, string>;
}

/** `POST /v1/messages/text`. */
export class SendText extends Send {
  @Text({ ...LIMITS.textBody, ...NOT_BLANK, example: 'Hi! Your order #1043 has shipped.' })
  body!: string;

  @Flag({ optional: true, description: 'Whether WhatsApp may show a preview of the first link.' })
  previewUrl?: boolean;
}

class NamedTemplate extends Send {
  @SentTemplateName('order_confirmation') template!: string;
}

/** `POST /v1/messages/template`. Template names follow Meta: lower-case letters, digits and underscores. */
export class SendTemplate extends both(NamedTemplate, TemplateParts) {}

const MEDIA_TYPES = ['image', 'video', 'document', 'audio', 'sticker'] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];
const WITHOUT_CAPTION: readonly MediaType[] = ['audio', 'sticker'];

/** `POST /v1/messages/media`. */
@Rule<SendMedia>(function* ({ type, caption, voice, ...medium }) {
  yield* mediumFaults({ ...medium, type });
  if (voice !== undefined && type !== 'audio')
    yield fieldFault('/voice', 'not_allowed', `is not taken with type ${type}`);
  if (caption !== undefined && WITHOUT_CAPTION.includes(type))
    yield fieldFault('/caption', 'not_allowed', `is not taken with type ${type}`);
})
export class SendMedia extends Send {
  @OneOf(MEDIA_TYPES, { example: 'image' }) type!: MediaType;
  @Text({ max: 60, optional: true, description: 'The id of uploaded media; this or `link`.' })
  mediaId?: string;
  @Link({
    optional: true,
    description: 'A public link from which Meta fetches the file; this or `mediaId`.',
    example: 'https://example.com/catalogue.jpg',
  })
  link?: string;
  @Text({
    ...LIMITS.caption,
    optional: true,
    description: 'Not for audio and stickers.',
    example: "This week's catalogue",
  })
  caption?: string;
  @Text({
    ...LIMITS.filename,
    optional: true,
    description:
      'File name of a document; default: the name of the upload, or the end of the path of its link.',
  })
  filename?: string;
  @Flag({
    optional: true,
    description: 'Audio: whether it is shown as a voice note. Requires Ogg with Opus.',
  })
  voice?: boolean;
}

/** `POST /v1/messages/interactive`. */
export class SendInteractive extends both(Send, InteractiveCard) {}

/** `POST /v1/messages/location`. */
export class SendLocation extends Send {
  @Decimal({ ...LIMITS.latitude, example: 23.0225 }) latitude!: number;
  @Decimal({ ...LIMITS.longitude, example: 72.5714 }) longitude!: number;
  @Text({ ...LIMITS.place, optional: true, example: 'Our store' }) name?: string;
  @Text({ ...LIMITS.place, optional: true, example: 'Ahmedabad, India' }) address?: string;
}

/** `POST /v1/messages/reaction`. */
@Rule<SendReaction>(function* ({ messageId, wamid }) {
  if (messageId === undefined && wamid === undefined)
    yield fieldFault('/messageId', 'required', 'or wamid is required');
  if (messageId !== undefined && wamid !== undefined)
    yield fieldFault('/wamid', 'not_allowed', 'is not taken together with messageId');
})
export class SendReaction extends Send {
  @Text({ max: 40, optional: true, description: 'The message reacted to, by its msg id; this or `wamid`.' })
  messageId?: string;
  @Text({
    max: 300,
    pattern: /^wamid\./,
    patternDetail: 'must be a wamid',
    optional: true,
    description: "The message reacted to, by WhatsApp's id; this or `messageId`.",
    example: 'wamid.HBgMOTE4ODk5MzMyMjExFQIAEhgUM0E3RTJDNDFCMDlENTg2RkExMDcA',
  })
  wamid?: string;
  @Text({ ...LIMITS.emoji, description: 'One emoji; empty removes the reaction.', example: '👍' })
  emoji!: string;
}

/** `POST /v1/messages/contacts`. */
export class SendContacts extends Send {
  @NestedList(() => ContactCard, {
    ...LIMITS.contacts,
    example: [{ name: { formattedName: 'Asha Patel' }, phones: [{ phone: '+918899332211', type: 'CELL' }] }],
  })
  contacts!: ContactCard[];
}

const FLOW_ACTIONS = ['navigate', 'data_exchange'] as const;
const FLOW_MODES = ['draft', 'published'] as const;

/** `POST /v1/flows/:id/send`. */
@Rule<SendFlow>(function* ({ action, screen, data }) {
  if (action === 'data_exchange')
    for (const [field, given] of Object.entries({ screen, data }))
      if (given !== undefined)
        yield fieldFault(`/${field}`, 'not_allowed', 'is not taken with action data_exchange');
  if (data === undefined) return;
  if (Object.keys(data).length === 0) yield fieldFault('/data', 'min_length', 'must not be empty');
  if (lengthOf(JSON.stringify(data)) > LIMITS.flowData.max)
    yield fieldFault('/data', 'max_length', `must have at most ${LIMITS.flowData.max} characters as JSON`);
})
export class SendFlow extends Send {
  @Text({ ...LIMITS.flowBody, ...NOT_BLANK, example: 'Book your appointment in a few taps.' })
  bodyText!: string;
  @Text({ ...LIMITS.flowCta, ...NOT_BLANK, description: 'The label of the button.', example: 'Book now' })
  ctaText!: string;
  @Text({ ...LIMITS.interactiveHeader, ...NOT_BLANK, optional: true }) header?: string;
  @Text({ ...LIMITS.interactiveFooter, ...NOT_BLANK, optional: true }) footer?: string;
  @Text({
    ...LIMITS.flowToken,
    optional: true,
    description:
      "Returned with the answer and sent to the flow's endpoint if it has one; default: a secret one made by WBIZ.",
  })
  flowToken?: string;
  @OneOf(FLOW_ACTIONS, {
    optional: true,
    description:
      "navigate (the default) opens `screen`; data_exchange lets the flow's endpoint choose the screen.",
  })
  action?: (typeof FLOW_ACTIONS)[number];
  @Text({
    ...LIMITS.flowScreen,
    optional: true,
    description: 'The screen that opens; the first of the flow if left out.',
  })
  screen?: string;
  @Json({ optional: true, description: 'Data for the screen that opens.' })
  data?: Record<string, unknown>;
  @OneOf(FLOW_MODES, { optional: true, description: 'draft also sends a flow that is still a draft.' })
  mode?: (typeof FLOW_MODES)[number];
}

/** Every kind of send and its body; each kind has a route of its name. */
export const SENDS = {
  text: SendText,
  template: SendTemplate,
  media: SendMedia,
  interactive: SendInteractive,
  location: SendLocation,
  reaction: SendReaction,
  contacts: SendContacts,
} as const;
type Requests = { readonly [Kind in keyof typeof SENDS]: InstanceType<(typeof SENDS)[Kind]> } & {
  /** The body with the flow looked up. */
  readonly flow: SendFlow & { readonly flowToken: string; readonly flow: Pick<FlowView, 'id' | 'metaId'> };
};
/** The kinds of SENDS, and `flow`, whose body needs a lookup first. */
export type SendKind = keyof Requests;
export type SendRequest<Kind extends SendKind = SendKind> = Requests[Kind];

/** A send's kind and body. */
export type AnySend = {
  [Kind in SendKind]: { readonly kind: Kind; readonly request: SendRequest<Kind> };
}[SendKind];

/** The campaign of a send. If Meta has not been called by `expiresAt`, the send goes back to the campaign, unsent. */
export type OfCampaign = { readonly campaignId: string; readonly expiresAt: string };

/** Payload of the command `message.send`: the client's request, and the ids that the gateway assigned. */
export type SendMessageData = {
  readonly messageId: string;
  readonly conversationId: string;
  readonly contactId: string;
  readonly phoneNumberId: string;
  readonly at: string;
  readonly campaign?: OfCampaign;
} & AnySend;

/** Payload of the command `message.withdraw`: cancels a campaign's message unless Meta has been called. */
export type WithdrawMessageData = {
  readonly messageId: string;
  readonly conversationId: string;
  readonly at: string;
};
