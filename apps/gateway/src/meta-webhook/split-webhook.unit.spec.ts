import { describe, expect, it } from '@jest/globals';
import { parseMetaJson, splitWebhook } from './split-webhook.js';

const NOW = '2026-11-22T10:00:00.000Z';
const metadata = { display_phone_number: '918000000001', phone_number_id: '106' };
const asha = { profile: { name: 'Asha' }, wa_id: '918899332211', user_id: 'IN.1' };
const text = (from: object, id: string) => ({
  ...from,
  id,
  timestamp: '1749416383',
  type: 'text',
  text: { body: 'Hi' },
});
const changes = (...all: unknown[]) => ({
  object: 'whatsapp_business_account',
  entry: [{ id: '1', time: 1743451903, changes: all }],
});
const messages = (value: object) => ({
  field: 'messages',
  value: { messaging_product: 'whatsapp', metadata, ...value },
});
const split = (body: unknown) => splitWebhook(body, NOW);

describe('messages', () => {
  it('become an item each, with the contact who wrote', () => {
    const mine = text({ from: '918899332211' }, 'wamid.1');
    const theirs = text({ from: '15550001' }, 'wamid.2');
    const bob = { profile: { name: 'Bob' }, wa_id: '15550001' };
    const of = { wabaId: '1', phoneNumberId: '106', receivedAt: NOW, displayPhoneNumber: '918000000001' };
    expect(split(changes(messages({ contacts: [asha, bob], messages: [theirs, mine] })))).toEqual({
      unreadable: 0,
      items: [
        { key: '106:15550001', type: 'meta.message', data: { ...of, contact: bob, message: theirs } },
        { key: '106:IN.1', type: 'meta.message', data: { ...of, contact: asha, message: mine } },
      ],
    });
  });

  it('find their person by user id where there is no phone number', () => {
    const { items } = split(
      changes(messages({ contacts: [asha], messages: [text({ from_user_id: 'IN.1' }, 'w')] })),
    );
    expect(items).toMatchObject([{ key: '106:IN.1', data: { contact: asha } }]);
  });

  it('may stand in several entries and changes of one body', () => {
    const change = (id: string) =>
      messages({ contacts: [asha], messages: [text({ from: '918899332211' }, id)] });
    const { items } = split({
      entry: [
        { id: '1', changes: [change('a'), change('b')] },
        { id: '2', changes: [change('c'), { field: 'flows', value: {} }] },
      ],
    });
    expect(
      items.map(({ type, data }) => [data.wabaId, type, 'message' in data && data.message['id']]),
    ).toEqual([
      ['1', 'meta.message', 'a'],
      ['1', 'meta.message', 'b'],
      ['2', 'meta.message', 'c'],
      ['2', 'meta.change', false],
    ]);
  });

  it('have no contact where it is unclear whose it is, or none is given', () => {
    const message = text({ from: '1' }, 'w');
    for (const contacts of [[asha, { ...asha, wa_id: '2', user_id: 'IN.2' }], undefined, ['odd'], 'odd'])
      expect(split(changes(messages({ contacts, messages: [message] }))).items).toMatchObject([
        { data: { contact: null } },
      ]);
  });
});

describe('statuses', () => {
  it('share the key of what the person writes', () => {
    const sent = { id: 'wamid.9', status: 'sent', recipient_id: '918899332211' };
    const read = { id: 'wamid.9', status: 'read', recipient_user_id: 'IN.1' };
    expect(split(changes(messages({ statuses: [sent, read] }))).items).toEqual([
      {
        key: '106:918899332211',
        type: 'meta.status',
        data: { wabaId: '1', phoneNumberId: '106', receivedAt: NOW, status: sent },
      },
      {
        key: '106:IN.1',
        type: 'meta.status',
        data: { wabaId: '1', phoneNumberId: '106', receivedAt: NOW, status: read },
      },
    ]);
  });
});

describe('what the owner writes on the phone', () => {
  const echoes = (value: object) => ({
    field: 'smb_message_echoes',
    value: { metadata: { phone_number_id: '106' }, ...value },
  });

  it.each([
    ['a number', { to: '918899332211' }, '106:918899332211', asha],
    ['a user id', { to_user_id: 'IN.1' }, '106:IN.1', asha],
    ['somebody else', { to: '1' }, '106:1', null],
  ])('to %s shares the key of what the person writes', (_what, to, key, contact) => {
    const message = { from: '15550783881', ...to, id: 'wamid.E', type: 'text', text: { body: 'Hi' } };
    const contacts = [asha, { wa_id: '2' }];
    expect(split(changes(echoes({ contacts, message_echoes: [message] }))).items).toEqual([
      {
        key,
        type: 'meta.echo',
        data: {
          wabaId: '1',
          phoneNumberId: '106',
          displayPhoneNumber: null,
          receivedAt: NOW,
          contact,
          message,
        },
      },
    ]);
  });

  it('is a change where it has no such form', () => {
    expect(split(changes(echoes({ echoes: [] }))).items).toMatchObject([{ type: 'meta.change' }]);
    expect(split(changes(echoes({ message_echoes: ['odd'] })))).toEqual({ items: [], unreadable: 1 });
  });
});

describe('other changes', () => {
  it('are kept as they are, by WABA, whatever their field', () => {
    const value = { event: 'APPROVED', message_template_id: 7 };
    for (const field of ['message_template_status_update', 'invented_tomorrow'])
      expect(split(changes({ field, value })).items).toEqual([
        {
          key: '1',
          type: 'meta.change',
          data: { wabaId: '1', receivedAt: NOW, at: '2025-03-31T20:11:43.000Z', field, value },
        },
      ]);
  });

  it('have the time of receipt where Meta gives none', () => {
    for (const time of [undefined, 'soon', -1, 1e13, 4_070_908_800]) {
      const body = { entry: [{ id: '1', time, changes: [{ field: 'flows', value: {} }] }] };
      expect(split(body).items).toMatchObject([{ data: { at: NOW } }]);
    }
  });

  it('include messages without a phone number, and errors beside them', () => {
    const odd = { field: 'messages', value: { messages: [text({ from: '1' }, 'w')] } };
    expect(split(changes(odd)).items).toMatchObject([{ type: 'meta.change', data: odd }]);
    const nowhere = messages({
      metadata: { phone_number_id: '1'.repeat(41) },
      messages: [text({ from: '1' }, 'w')],
    });
    expect(split(changes(nowhere)).items).toMatchObject([{ type: 'meta.change', data: nowhere }]);
    const errors = [{ code: 130429 }];
    expect(split(changes(messages({ errors }))).items).toMatchObject([
      { type: 'meta.change', data: { value: { errors } } },
    ]);
    expect(
      split(changes(messages({ errors, statuses: [{ id: 'w', recipient_id: '1' }] }))).items,
    ).toMatchObject([{ type: 'meta.status' }, { type: 'meta.change' }]);
  });
});

describe('what has no shape', () => {
  it.each([
    [null, 1],
    ['text', 1],
    [[], 1],
    [{}, 1],
    [{ entry: 5 }, 1],
    [{ entry: [] }, 0],
    [{ entry: [null, {}] }, 2],
    [changes('odd', { value: {} }, { field: 'flows' }, { field: 'flows', value: [] }), 4],
    [changes(messages({ messages: ['odd', null], statuses: 7 })), 3],
  ])('%j counts as unreadable %d times', (body, unreadable) => {
    expect(split(body)).toEqual({ items: [], unreadable });
  });

  it('takes nothing else with it', () => {
    const body = changes('odd', messages({ messages: [null, text({ from: '1' }, 'w')] }), {
      field: 'flows',
      value: {},
    });
    expect(split(body)).toMatchObject({
      unreadable: 2,
      items: [{ type: 'meta.message' }, { type: 'meta.change' }],
    });
  });
});

it('splits a thousand items in order', () => {
  const all = Array.from({ length: 1_000 }, (_, index) =>
    text({ from: String(index % 7) }, `wamid.${index}`),
  );
  const { items } = split(changes(messages({ messages: all })));
  expect(items.map(({ data }) => ('message' in data ? data.message['id'] : ''))).toEqual(
    all.map(({ id }) => id),
  );
});

it('keeps the digits of numbers that are too long, and only of those', () => {
  expect(
    parseMetaJson(
      '{"id":90071992547409931,"list":[ 90071992547409933],"n":1689556908129832,"f":1.5,"s":"12345678901234567"}',
    ),
  ).toEqual({
    id: '90071992547409931',
    list: ['90071992547409933'],
    n: 1689556908129832,
    f: 1.5,
    s: '12345678901234567',
  });
  expect(parseMetaJson('"\\u0939\\ud83d\\ude00 a\\/b"')).toBe('ह😀 a/b');
});
