import { describe, expect, it } from '@jest/globals';
import { ListContacts } from '../contact.js';
import { ListConversations } from '../conversation.js';
import { SendTemplate, SendText, SendInteractive } from '../send.js';
import { parseBody, parseQuery } from './parse.js';

describe('an unknown field', () => {
  const good = { to: '+918899332211', body: 'Hi' };
  it.each([
    ['phoneNumberId', 'phoneNumberId is not a known field; did you mean from?'],
    ['phone_number_id', 'phone_number_id is not a known field; did you mean from?'],
    ['phone', 'phone is not a known field; did you mean to?'],
    ['To', 'To is not a known field; did you mean to?'],
    ['preview_url', 'preview_url is not a known field; did you mean previewUrl?'],
    ['metdata', 'metdata is not a known field; did you mean metadata?'],
    ['bdoy', 'bdoy is not a known field; did you mean body?'],
    ['nonsense', 'nonsense is not a known field.'],
    ['x', 'x is not a known field.'],
    ['constructor', 'constructor is not a known field.'],
  ])('%s is told with the one that is likely meant', (field, detail) => {
    const { faults } = parseBody(SendText, { ...good, [field]: 1 });
    expect(faults).toEqual([{ pointer: `/${field}`, code: 'unknown_field', detail }]);
  });

  it('is compared with the fields of its own object', () => {
    const template = { to: good.to, template: 'a', language: 'en_US', name: 'a' };
    expect(parseBody(SendTemplate, template).faults).toMatchObject([
      { detail: 'name is not a known field; did you mean template?' },
    ]);
    const card = { to: good.to, kind: 'buttons', body: 'Hi', buttons: [{ id: 'a', titel: 'A' }] };
    expect(parseBody(SendInteractive, card).faults).toContainEqual({
      pointer: '/buttons/0/titel',
      code: 'unknown_field',
      detail: 'buttons/0/titel is not a known field; did you mean title?',
    });
  });
});

describe('an unknown parameter', () => {
  class Nothing {}
  it.each([
    [ListContacts, 'phone', 'phone is not a known parameter; did you mean search?'],
    [ListContacts, 'optedin', 'optedin is not a known parameter; did you mean optedIn?'],
    [ListConversations, 'name', 'name is not a known parameter; did you mean search?'],
    [ListContacts, 'nonsense', 'nonsense is not a known parameter.'],
  ])('is told with those that there are', (type: new () => object, name, detail) => {
    const { faults } = parseQuery(type, { [name]: '1' });
    expect(faults).toEqual([
      { pointer: `?${name}`, code: 'unknown_field', detail: expect.stringContaining(detail) },
    ]);
    expect(faults[0]!.detail).toMatch(/ Known are: (\w+, )*search(, \w+)*\.$/);
  });

  it('is told when there are none', () =>
    expect(parseQuery(Nothing, { x: '1' }).faults).toMatchObject([
      { detail: 'x is not a known parameter. Known are: none.' },
    ]));
});
