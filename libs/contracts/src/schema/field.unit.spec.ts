import { describe, expect, it } from '@jest/globals';
import '../account.js';
import '../campaign.js';
import '../contact.js';
import '../conversation.js';
import '../custom-field.js';
import '../feed.js';
import '../media.js';
import '../preset.js';
import '../quick-reply.js';
import '../tag.js';
import '../template.js';
import '../template/preview.js';
import '../template/writes.js';
import { CreateApiKey } from '../api-key.js';
import { UpdateAccount } from '../account.js';
import { CreateContact, ListContacts, UpdateContact } from '../contact.js';
import { both, changedBy, changesOf } from './derived-classes.js';
import { FIELD_SCHEMAS, fieldsOf, Rule, type FieldSchema } from './field-registry.js';
import { Json } from './fields.js';
import { Text } from './text-fields.js';
import { InteractiveCard } from '../interactive.js';
import { parseBody, parseQuery } from './parse.js';
import { fieldFault } from '../problem.js';
import { SendMedia, SendText } from '../send.js';
import { CreateWebhook } from '../webhook.js';

type Shape = FieldSchema & { readonly items?: { readonly type?: string } };

/** Values of a field that contain this text; none if the field holds no free text. */
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

describe('JSON of any shape', () => {
  class Holder {
    @Json({ list: true, depth: 3, optional: true }) list?: unknown[];
    @Json({ depth: 3, optional: true }) object?: object;
  }
  it.each([
    [{ list: 'foo' }, 'list must be a list.'],
    [{ list: {} }, 'list must be a list.'],
    [{ list: { a: { b: { c: {} } } } }, 'list must be a list.'],
    [{ list: [[[[]]]] }, 'list must be nested at most 3 levels deep.'],
    [{ object: [] }, 'object must be an object.'],
    [{ object: null }, 'object must be an object.'],
    [{ object: { a: { b: { c: {} } } } }, 'object must be nested at most 3 levels deep.'],
  ])('is told what is wrong with %j', (body, detail) =>
    expect(parseBody(Holder, body).faults).toMatchObject([{ detail }]),
  );
});

describe('who receives', () => {
  it.each([
    ['tel:+918899332211', '+918899332211'],
    ['whatsapp:IN.1234567890', 'IN.1234567890'],
    ['+22997479819', '+22997479819'],
  ])('is read from %s', (to, read) => {
    const { value, faults } = parseBody(SendText, { to, body: 'Hi' });
    expect({ to: value.to, faults }).toEqual({ to: read, faults: [] });
  });

  it.each([918899332211, 9.1e11])('is not the number %d, which is told to be given as a string', (given) => {
    const detail = expect.stringMatching(/^\w+ must be .*, given as a string\.$/);
    expect(parseBody(SendText, { to: given, body: 'Hi' }).faults).toMatchObject([{ pointer: '/to', detail }]);
    expect(parseBody(CreateContact, { phone: given }).faults).toMatchObject([{ pointer: '/phone', detail }]);
  });
});

it.each(['\u200e\u200f', '\u3164', ' \u2800 '])('takes %j for a blank name', (name) => {
  expect(parseBody(UpdateContact, { name }).faults).toMatchObject([{ pointer: '/name' }]);
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

describe('classes made of others', () => {
  class Place {
    @Text({ max: 5 }) city!: string;
  }
  @Rule<Place>(function* ({ city }) {
    if (city === 'none') yield fieldFault('/city', 'none', 'is none');
  })
  class Known extends Place {}
  class Named {
    @Text({ max: 5 }) name!: string;
    @Text({ max: 5, nullable: true }) nick!: string | null;
    @Text({ max: 5, optional: true }) note?: string;
  }
  class NamedPlace extends both(Named, Known) {
    @Text({ max: 5 }) more!: string;
  }
  class ChangePlace extends changesOf(NamedPlace) {}
  const good = { name: 'n', nick: null, city: 'c', more: 'm' };
  const pointersIn = (type: new () => object, body: object) =>
    parseBody(type, body).faults.map(({ pointer }) => pointer);

  it('have the fields of both in order, each with its checks', () => {
    expect([...fieldsOf(NamedPlace).keys()]).toEqual(['name', 'nick', 'note', 'city', 'more']);
    expect(pointersIn(NamedPlace, good)).toEqual([]);
    expect(pointersIn(NamedPlace, {}).toSorted()).toEqual(['/city', '/more', '/name', '/nick']);
    expect(pointersIn(NamedPlace, { ...good, city: 'too long', note: 1, street: 's' }).toSorted()).toEqual([
      '/city',
      '/note',
      '/street',
    ]);
  });
  it('have the rules of both', () =>
    expect(pointersIn(NamedPlace, { ...good, city: 'none' })).toEqual(['/city']));
  it('leave those that they are made of alone', () => {
    expect(pointersIn(Named, { name: 'n', nick: null, city: 'c' })).toEqual(['/city']);
    expect(pointersIn(Known, {})).toEqual(['/city']);
  });

  it('change any field, and empty what may be empty', () => {
    expect(pointersIn(ChangePlace, {})).toEqual([]);
    expect(pointersIn(ChangePlace, { nick: null, note: null, city: 'none' })).toEqual([]);
    expect(pointersIn(ChangePlace, { name: null, city: 'too long', more: 1 }).toSorted()).toEqual([
      '/city',
      '/more',
      '/name',
    ]);
    expect(fieldsOf(ChangePlace).get('note')).toMatchObject({ required: false, nullable: true });
    expect(fieldsOf(ChangePlace).get('name')).toEqual({ ...fieldsOf(Named).get('name'), required: false });
  });
  it('read what they nest and its short forms', () => {
    const { value, faults } = parseBody(changesOf(InteractiveCard), { header: 'Hi' });
    expect([value, faults]).toMatchObject([{ header: { type: 'text', text: 'Hi' } }, []]);
    expect(pointersIn(changesOf(InteractiveCard), { buttons: [{ id: 'a' }] })).toEqual(['/buttons/0/title']);
  });
  it('change what they are the changes of', () => {
    const before: Named = { name: 'n', nick: 'k', note: 'x' };
    expect(changedBy(before, { name: 'm' })).toEqual({ ...before, name: 'm' });
    expect(changedBy(before, { note: null })).toEqual({ name: 'n', nick: 'k' });
    expect(before).toEqual({ name: 'n', nick: 'k', note: 'x' });
  });
});

it.each([
  ['HTTPS://Example.com/Bucket/A.JPG?X-Amz=Ab', 'https://example.com/Bucket/A.JPG?X-Amz=Ab'],
  [' \n http://x.in/a.jpg\t', 'http://x.in/a.jpg'],
  ['hTTp://Me:Pa@X.in/a', 'http://Me:Pa@X.in/a'],
  ['https://X.in:8443', 'https://x.in:8443'],
  ['https://x.in/A@B', 'https://x.in/A@B'],
])('the link %j is %j', (link, normal) => {
  const { value, faults } = parseBody(SendMedia, { to: '+918899332211', type: 'image', link });
  expect([value.link, faults]).toEqual([normal, []]);
  const webhook = parseBody(CreateWebhook, { url: link, events: ['*'] });
  expect([webhook.value.url, webhook.faults]).toEqual([normal, []]);
});
it.each(['https:///a.jpg', 'https://?a', 'https://x.in/a b', 'ftp://x.in/a', 'x.in/a.jpg'])(
  '%j is no link',
  (link) => {
    const medium = parseBody(SendMedia, { to: '+918899332211', type: 'image', link });
    const webhook = parseBody(CreateWebhook, { url: link, events: ['*'] });
    expect([medium, webhook].map(({ faults }) => faults.map(({ pointer }) => pointer))).toEqual([
      ['/link'],
      ['/url'],
    ]);
  },
);
