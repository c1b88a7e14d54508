import { describe, expect, it } from '@jest/globals';
import './account.js';
import './contact.js';
import './conversation.js';
import './custom-field.js';
import './feed.js';
import './media.js';
import './send.js';
import './tag.js';
import './template.js';
import { CreateApiKey, UpdateAccount } from './account.js';
import { ListContacts } from './contact.js';
import { FIELD_SCHEMAS, type FieldSchema } from './field.js';
import { parseBody, parseQuery } from './parse.js';

type Shape = FieldSchema & { readonly items?: { readonly type?: string } };

/** Values of a field with this text somewhere in them; none where it holds no texts of its own. */
function* holding(text: string, { type, items, oneOf }: Shape): Generator<unknown> {
  if (type === 'string') yield text;
  if (oneOf || (type === 'array' && items?.type === 'string')) yield [text];
  if (type === 'array' && items?.type === 'object') yield [{ a: { b: text } }];
  if (oneOf || type === 'object') yield* [{ a: text }, { [text]: 'b' }];
}

const FIELDS = [...FIELD_SCHEMAS].flatMap(([{ constructor }, fields]) =>
  [...fields].map(([name, schema]) => ({
    type: constructor as new () => object,
    name,
    field: `${constructor.name}.${name}`,
    schema,
  })),
);

it.each(FIELDS)('$field refuses what Postgres cannot hold', ({ type, name, schema }) => {
  for (const text of ['a\u0000', '\ud800a'])
    for (const value of holding(text, schema)) {
      const pointers = parseBody(type, { [name]: value }).faults.map(({ pointer }) => pointer);
      expect({ value, pointers }).toMatchObject({ pointers: expect.arrayContaining([`/${name}`]) });
    }
});

it('refuses it in the words of opting out as well', () => {
  const words = { en: { stop: ['a\u0000'], start: [] } };
  expect(parseBody(UpdateAccount, { optOutWords: words }).faults).toMatchObject([
    { pointer: '/optOutWords' },
  ]);
});

describe('a time', () => {
  const faultsOf = (time: string) => [
    ...parseQuery(ListContacts, { updatedSince: time }).faults,
    ...parseBody(CreateApiKey, { name: 'x', scopes: ['messages:send'], expiresAt: time }).faults,
  ];
  it.each([
    '2026-11-22T10:15:30Z',
    '2026-11-22T10:15:30.123456789+05:30',
    '9999-12-31T23:59:59.999Z',
    '9999-12-31T23:59:59+00:01',
    '1000-01-01T00:00:00Z',
  ])('can be %s', (time) => expect(faultsOf(time)).toEqual([]));
  it.each(['9999-12-31T23:59:59-14:00', '9999-12-31T23:59:59.999-00:01', '0000-01-01T00:00:00+14:00'])(
    'cannot be %s',
    (time) => expect(faultsOf(time)).toMatchObject([{ pointer: '?updatedSince' }, { pointer: '/expiresAt' }]),
  );
});
