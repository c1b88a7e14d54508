import { badParameter, missingParameter, refuse } from './graph-error.js';

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Characters as Meta counts them: code points, not UTF-16 units. */
export const lengthOf = (text: string) => (/[\ud800-\udfff]/.test(text) ? [...text].length : text.length);

/** The parameter as an object; `name` as Meta writes it: `text` or `text['body']`. */
export function objectParameter(value: unknown, name: string): Fields {
  if (value === undefined || value === null) throw missingParameter(name);
  if (!isObject(value)) throw badParameter(`Param ${name} must be a JSON object.`);
  return value;
}

export function textParameter(value: unknown, name: string, max: number): string {
  if (value === undefined || value === null || value === '') throw missingParameter(name);
  if (typeof value !== 'string') throw badParameter(`Param ${name} must be a string.`);
  if (lengthOf(value) > max) throw badParameter(`Param ${name} must be at most ${max} characters long.`);
  return value;
}

const optionalText = (value: unknown, name: string, max: number) => {
  if (value !== undefined && value !== '') textParameter(value, name, max);
};

const media =
  (hasCaption: boolean) =>
  (content: Fields, type: string): void => {
    if ((content['id'] === undefined) === (content['link'] === undefined))
      throw refuse(131009, `Exactly one of id and link is required for type '${type}'.`);
    if (content['link'] !== undefined) textParameter(content['link'], `${type}['link']`, 2048);
    if (hasCaption) optionalText(content['caption'], `${type}['caption']`, 1024);
  };

const coordinate = (value: unknown, name: string, limit: number) => {
  if (value === undefined) throw missingParameter(name);
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !(Math.abs(number) <= limit))
    throw badParameter(`Param ${name} must be a number.`);
};

const INTERACTIVE_TYPES = new Set([
  'button',
  'list',
  'cta_url',
  'location_request_message',
  'flow',
  'product',
  'product_list',
  'catalog_message',
  'carousel',
  'address_message',
  'call_permission_request',
  'voice_call',
]);

/** Meta's checks of what stands under the type's own name. Templates are checked where the templates are known. */
const CONTENT: Readonly<Record<string, (content: Fields, type: string) => void>> = {
  text: ({ body }) => void textParameter(body, "text['body']", 4096),
  image: media(true),
  video: media(true),
  document: media(true),
  audio: media(false),
  sticker: media(false),
  location: ({ latitude, longitude }) => {
    coordinate(latitude, "location['latitude']", 90);
    coordinate(longitude, "location['longitude']", 180);
  },
  reaction: ({ message_id: messageId, emoji }) => {
    textParameter(messageId, "reaction['message_id']", 256);
    if (typeof emoji !== 'string') throw missingParameter("reaction['emoji']");
  },
  interactive: ({ type, body, action }) => {
    if (typeof type !== 'string') throw missingParameter("interactive['type']");
    if (!INTERACTIVE_TYPES.has(type)) throw refuse(131009, `Interactive type '${type}' is not supported.`);
    objectParameter(action, "interactive['action']");
    if (type === 'product' || type === 'carousel') return;
    const text = objectParameter(body, "interactive['body']");
    textParameter(text['text'], "interactive['body']['text']", type === 'list' ? 4096 : 1024);
  },
  template: () => {},
};

const TYPES = [...Object.keys(CONTENT), 'contacts'].sort();

const checkContacts = (contacts: unknown) => {
  if (contacts === undefined) throw missingParameter('contacts');
  if (!Array.isArray(contacts) || contacts.length < 1 || contacts.length > 257)
    throw badParameter('Param contacts must be an array of 1 to 257 elements.');
  contacts.forEach((contact, index) => {
    const name = objectParameter(
      objectParameter(contact, `contacts[${index}]`)['name'],
      `contacts[${index}]['name']`,
    );
    textParameter(name['formatted_name'], `contacts[${index}]['name']['formatted_name']`, 1024);
  });
};

export type CheckedMessage = {
  readonly type: string;
  readonly content: Fields;
  /** As the sender wrote it; a JSON number becomes text. */
  readonly to: string;
  readonly waId: string;
  /** The person's business-scoped id, where the message went to `recipient` instead of `to`. */
  readonly userId: string | undefined;
  readonly opaque: string | undefined;
};

/** Meta's checks of a send's body, in the order and words of its own. */
export function checkMessage(params: Fields): CheckedMessage {
  const { to, recipient, type = 'text', biz_opaque_callback_data: opaque } = params;
  const byUserId = to === undefined && typeof recipient === 'string' && recipient !== '';
  if (!byUserId && (to === undefined || to === null || to === '')) throw missingParameter('to');
  if (!byUserId && typeof to !== 'string' && typeof to !== 'number')
    throw badParameter('Param to must be a string.');
  const address = byUserId ? recipient : String(to);
  const waId = byUserId ? address : waIdOf(address);
  if (waId === '') throw refuse(131009, `to: '${address.slice(0, 32)}' is not a phone number.`);

  if (typeof type !== 'string' || !TYPES.includes(type))
    throw badParameter(
      `Param type must be one of {${TYPES.join(', ').toUpperCase()}} - got "${String(type).slice(0, 64)}".`,
    );
  const content = params[type];
  if (type === 'contacts') checkContacts(content);
  else CONTENT[type]!(objectParameter(content, type), type);

  if (params['context'] !== undefined) {
    const { message_id: quoted } = objectParameter(params['context'], 'context');
    textParameter(quoted, "context['message_id']", 256);
  }
  optionalText(opaque, 'biz_opaque_callback_data', 512);
  return {
    type,
    content: content as Fields,
    to: address,
    waId,
    userId: byUserId ? address : undefined,
    opaque: opaque === undefined ? undefined : String(opaque),
  };
}

// Ten digits without a + are taken as a number of the sender's country; all our numbers are Indian.
const waIdOf = (address: string) => {
  const digits = address.replace(/\D/g, '');
  return digits.length === 10 && !address.startsWith('+') ? `91${digits}` : digits;
};
