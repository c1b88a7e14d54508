import { ID_PREFIXES } from '@wbiz/contracts/id-prefixes';
import { found, type Schema, type Schemas } from './schema.js';

/** An example made of the fields' own examples; a field without one has a value made from its name and limits. */
export const exampleOf = (schema: Schema, schemas: Schemas): unknown => exampleAt(schema, schemas, '', []);

function exampleAt(schema: Schema, schemas: Schemas, field: string, within: readonly string[]): unknown {
  const one = found(schema, schemas);
  const given = one.example ?? one.examples?.[0] ?? one.const ?? one.default;
  if (given !== undefined) return given;
  if (one.enum) return one.nullable ? null : one.enum[0];
  const { type, name, properties, required = [], items, oneOf, additionalProperties, nullable } = one;
  if (oneOf) return exampleAt(oneOf[0]!, schemas, field, within);
  if (properties) {
    if (name && within.includes(name)) return nullable ? null : {};
    const around = name ? [...within, name] : within;
    const entries = Object.entries(properties)
      .filter(([field, of]) => required.includes(field) || hasExample(of, schemas))
      .map(([own, of]) => [own, exampleAt(of, schemas, nameWithin(own, name), around)]);
    return Object.fromEntries(entries) as unknown;
  }
  if (items) return [exampleAt(items, schemas, singular(field), within)];
  if (type === 'string') return nullable && !WORDS[field] ? null : textFor(field, one);
  if (nullable) return null;
  if (type === 'integer' || type === 'number')
    return Math.max(one.minimum ?? 0, Math.min(1, one.maximum ?? 1));
  if (type === 'boolean') return true;
  if (typeof additionalProperties === 'object')
    return { order: exampleAt(additionalProperties, schemas, '', within) };
  return {};
}

const hasExample = (schema: Schema, schemas: Schemas) => {
  const { example, examples } = found(schema, schemas);
  return example !== undefined || examples !== undefined;
};

const singular = (name: string) => name.replace(/s$/, '');
/** `id` of a `PhoneNumberView` becomes `phoneNumberId`. */
const nameWithin = (field: string, schema = '') =>
  field === 'id' ? schema.replace(/^./, (first) => first.toLowerCase()).replace(/View$|$/, 'Id') : field;

/** Ids of commands and requests are not among the examples. */
const { command: _command, request: _request, ...NOUNS } = ID_PREFIXES;
const OTHER_NOUNS: Readonly<Record<string, keyof typeof NOUNS>> = {
  send: 'message',
  async: 'message',
  batch: 'message',
  key: 'apiKey',
  interactive: 'preset',
  quickReplies: 'quickReply',
};
const nounOf = (name: string) => {
  const lower = name.toLowerCase().replaceAll('-', '');
  const nouns = [...Object.keys(NOUNS), ...Object.keys(OTHER_NOUNS)];
  return nouns.find((noun) => lower.includes(noun.toLowerCase()));
};

/** An example id for a name that holds a kind of id: `templateId`, `/v1/campaigns/`. */
export function idFor(name: string): string | undefined {
  const noun = nounOf(name);
  const prefix = noun && NOUNS[OTHER_NOUNS[noun] ?? (noun as keyof typeof NOUNS)];
  return prefix && `${prefix}_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E`;
}

const WORDS: Readonly<Record<string, string>> = {
  to: '+918899332211',
  from: '+918899332211',
  phone: '+918899332211',
  displayPhoneNumber: '+91 90000 12345',
  formerPhone: '+918899332200',
  waId: '918899332211',
  userId: 'IN.13491208655302741918',
  phoneNumberId: '106540352242922',
  defaultPhoneNumberId: '106540352242922',
  wabaId: '102290129340398',
  metaId: '1627019861106475',
  wamid: 'wamid.HBgMOTE4ODk5MzMyMjExFQIAEhgUM0E3RTJDNDFCMDlENTg2RkExMDcA',
  name: 'Gaurav',
  verifiedName: 'Example Store',
  body: 'Where is my order #1043?',
  kind: 'text',
  language: 'en_US',
  email: 'gaurav@example.com',
  title: 'Order #1043',
  by: 'key_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E',
  actor: 'key_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E',
  url: 'https://example.com/orders/1043',
  link: 'https://example.com/catalogue.jpg',
  mimeType: 'image/jpeg',
  filename: 'catalogue.jpg',
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  birthday: '1990-05-17',
  key: 'city',
  service: 'contacts',
  projection: 'tags',
  eventType: 'message.status',
  nextCursor: 'WzEsMl0',
  screen: 'WELCOME',
};
const knownWord = (name: string) => WORDS[name] ?? (/Id$/.test(name) ? idFor(name) : undefined);

function textFor(name: string, { format, minLength = 0, maxLength = Infinity }: Schema): string {
  const word = knownWord(name);
  if (word && word.length >= minLength && word.length <= maxLength) return word;
  if (name === 'detail' || name === 'reason') return 'What happened, in a sentence.';
  if (format === 'date-time') return '2026-11-22T10:15:30.000Z';
  if (format === 'date') return '2026-11-22';
  if (format === 'uri') return 'https://example.com/orders/1043';
  return '…'.padEnd(minLength, '…').slice(0, Math.max(maxLength, 1));
}
