import { badParameter, missingParameter, refuse } from '../graph/graph-error.js';
import { isUserId, listParameter, objectParameter, type Fields } from '../graph/parameter.rules.js';
import type { MediaKind } from '../media/media.rules.js';
import { checkInteractive } from './interactive.rules.js';
import {
  coordinates,
  mediaParameter,
  optionalText,
  textParameter,
  type SendContext,
} from './message-parameter.rules.js';
import { most } from './message.limits.js';
import { wamidDirection } from './wamid.js';

type Check = (content: Fields, context: SendContext) => void;

const media =
  (kind: MediaKind, hasCaption: boolean): Check =>
  (content, context) => {
    mediaParameter(content, kind, kind, context);
    if (hasCaption) optionalText(content['caption'], `${kind}['caption']`, 'caption');
  };

/** Meta's checks of the content by type. Templates: see template-send.rules.ts. */
const CONTENT: Readonly<Record<string, Check>> = {
  text: ({ body }) => void textParameter(body, "text['body']", 'text.body'),
  image: media('image', true),
  video: media('video', true),
  document: (content, context) => {
    media('document', true)(content, context);
    optionalText(content['filename'], "document['filename']", 'filename');
  },
  audio: (content, context) => {
    media('audio', false)(content, context);
    const file = content['id'] === undefined ? undefined : context.state.media(String(content['id']));
    if (content['voice'] === true && file !== undefined && file.mimeType !== 'audio/ogg')
      context.failure ??= {
        code: 131053,
        details: `Voice messages must be audio/ogg with the OPUS codec, not ${file.mimeType}.`,
      };
  },
  sticker: media('sticker', false),
  location: (content) => {
    coordinates(content, 'location');
    optionalText(content['name'], "location['name']", 'location.text');
    optionalText(content['address'], "location['address']", 'location.text');
  },
  // Meta accepts a reaction to an unknown message and reports it as failed later.
  reaction: ({ message_id: messageId, emoji }, context) => {
    const id = textParameter(messageId, "reaction['message_id']", 'message id');
    if (typeof emoji !== 'string') throw missingParameter("reaction['emoji']");
    if (wamidDirection(id) === undefined)
      context.failure ??= { code: 131009, details: 'The message that is reacted to was not found.' };
  },
  interactive: checkInteractive,
  template: () => {},
};

const TYPES = [...Object.keys(CONTENT), 'contacts'].sort();

const checkContacts = (value: unknown) => {
  const contacts = listParameter(value, 'contacts');
  if (contacts.length < 1 || contacts.length > most('contacts'))
    throw badParameter(`Param contacts must be an array of 1 to ${most('contacts')} elements.`);
  contacts.forEach((item, index) => {
    const name = `contacts[${index}]['name']`;
    const contact = objectParameter(item, `contacts[${index}]`);
    const { formatted_name: formatted } = objectParameter(contact['name'], name);
    textParameter(formatted, `${name}['formatted_name']`, 'contacts.name');
  });
};

export type CheckedMessage = {
  readonly type: string;
  readonly content: Fields;
  /** The recipient as the client wrote it. */
  readonly to: string;
  readonly waId: string;
  /** The recipient's business-scoped id if the client sent to `recipient`, not to `to`. */
  readonly userId: string | undefined;
  readonly opaque: string | undefined;
};

/** Meta's checks of a send's body, in Meta's order and words. */
export function checkMessage(params: Fields, context: SendContext): CheckedMessage {
  const { to, recipient, type = 'text', biz_opaque_callback_data: opaque } = params;
  const byUserId = (to === undefined || to === '') && recipient !== undefined && recipient !== '';
  if (!byUserId && (to === undefined || to === '')) throw missingParameter('to');
  if (!byUserId && typeof to !== 'string' && typeof to !== 'number')
    throw badParameter('Param to must be a string.');
  const address = String(byUserId ? recipient : to);
  if (byUserId && !isUserId(address))
    throw refuse(131009, `recipient: '${address.slice(0, 32)}' is not a business-scoped user ID.`);
  const waId = byUserId ? address : waIdOf(address);
  if (waId === '') throw refuse(131009, `to: '${address.slice(0, 32)}' is not a phone number.`);

  const { recipient_type: recipientType = 'individual' } = params;
  if (recipientType !== 'individual')
    throw badParameter(`Param recipient_type must be one of {INDIVIDUAL} - got "${String(recipientType)}".`);
  if (typeof type !== 'string' || !TYPES.includes(type))
    throw badParameter(
      `Param type must be one of {${TYPES.join(', ').toUpperCase()}} - got "${String(type).slice(0, 64)}".`,
    );
  const content = params[type];
  if (type === 'contacts') checkContacts(content);
  else CONTENT[type]!(objectParameter(content, type), context);

  if (params['context'] !== undefined) {
    const { message_id: quoted } = objectParameter(params['context'], 'context');
    textParameter(quoted, "context['message_id']", 'message id');
  }
  optionalText(opaque, 'biz_opaque_callback_data', 'biz_opaque_callback_data');
  return {
    type,
    content: content as Fields,
    to: address,
    waId,
    userId: byUserId ? address : undefined,
    opaque: opaque === undefined ? undefined : String(opaque),
  };
}

// Meta reads ten digits without a + as a phone number of the sender's country, which is India in the simulator.
const waIdOf = (address: string) => {
  const digits = address.replace(/\D/g, '');
  return digits.length === 10 && !address.startsWith('+') ? `91${digits}` : digits;
};
