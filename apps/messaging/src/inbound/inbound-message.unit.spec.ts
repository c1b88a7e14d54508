import { describe, expect, it } from '@jest/globals';
import { contactIdOf, conversationIdOf } from '@wbiz/contracts/conversation';
import { INBOUND_PAYLOADS, type InboundKind } from '@wbiz/contracts/inbound-payload';
import { timedId } from '@wbiz/contracts/ids';
import { isMediaKind } from '@wbiz/contracts/media/types';
import { MessageReceivedData } from '@wbiz/contracts/message';
import type { MetaMessage } from '@wbiz/contracts/meta/inbound';
import { parseBody } from '@wbiz/contracts/schema/parse';
import { receivedFrom } from './inbound-message.js';
import { META_MESSAGES, RAW_MESSAGES } from './inbound.samples.js';

const AT = '2025-06-08T20:39:43.000Z';
const common = { id: 'wamid.A', from: '918899332211', timestamp: '1749415183' };
const asha = { profile: { name: 'Asha' }, wa_id: '918899332211' };
const from = (message: Record<string, unknown>, contact: MetaMessage['contact'] = asha) =>
  receivedFrom('acc_1', {
    wabaId: '1',
    phoneNumberId: '106',
    displayPhoneNumber: null,
    receivedAt: '2026-01-01T00:00:00.000Z',
    contact,
    message,
  });

describe('a message of Meta’s', () => {
  it.each(META_MESSAGES)('%s', (_what, message, became) => {
    const received = from({ ...common, ...message });
    expect(received).toEqual({
      messageId: expect.stringMatching(/^msg_/),
      wamid: 'wamid.A',
      conversationId: conversationIdOf(
        'acc_1',
        '106',
        message['group_id'] === undefined ? '+918899332211' : `group:${String(message['group_id'])}`,
      ),
      contactId: contactIdOf('acc_1', '+918899332211'),
      from: '+918899332211',
      name: 'Asha',
      phoneNumberId: '106',
      mediaId: isMediaKind(became.kind) ? timedId('med', Date.parse(AT), 'acc_1', 'wamid.A') : null,
      replyTo: null,
      receivedAt: AT,
      ...became,
    });
    expect(parseBody(MessageReceivedData, { ...received }).faults).toEqual([]);
    const { kind, payload } = received;
    if (payload) expect(parseBody(INBOUND_PAYLOADS[kind as InboundKind], payload).faults).toEqual([]);
  });

  it('is in the samples for every kind that the contract knows', () => {
    const kinds = new Set(META_MESSAGES.map(([, , { kind }]) => kind));
    expect(kinds).toEqual(new Set(Object.keys(INBOUND_PAYLOADS)));
  });

  it.each(RAW_MESSAGES)('%s is kept as it came', (_what, message, became) => {
    const received = from({ ...common, ...message });
    expect(received).toMatchObject(became);
    expect(parseBody(MessageReceivedData, { ...received }).faults).toEqual([]);
  });

  it.each([
    ['a text', { type: 'text', text: { body: 'x'.repeat(70_000) } }, { body: 'x'.repeat(65_536) }],
    [
      'the name of a place',
      { type: 'location', location: { latitude: 1, longitude: 2, name: 'x'.repeat(70_000) } },
      { payload: { name: 'x'.repeat(65_536) } },
    ],
    [
      'a file’s name',
      { type: 'document', document: { id: '5', filename: `${'x'.repeat(1_500)}.pdf` } },
      { payload: { metaId: '5', filename: expect.stringMatching(/^x+\.pdf$/) } },
    ],
    [
      'an error of no number',
      {
        type: 'unsupported',
        errors: [
          { code: -1, title: 'odd' },
          { code: 131051, title: 'unknown' },
        ],
      },
      { payload: { errors: [{ code: 131051, message: 'unknown' }] } },
    ],
    [
      'a place out of this world, kept as it came',
      { type: 'location', location: { latitude: 91, longitude: 2 } },
      { kind: 'location', body: null, payload: { location: { latitude: 91, longitude: 2 } } },
    ],
  ])('fits the fields of ours: %s', (_what, message, became) => {
    const received = from({ ...common, ...message });
    expect(received).toMatchObject(became);
    expect(parseBody(MessageReceivedData, { ...received }).faults).toEqual([]);
  });

  it('has the time of its receipt where Meta gives none, or one far ahead', () => {
    for (const timestamp of [undefined, 'soon', '-1', '1e99', '1767312001', 1_767_225_600_000, '4070908800'])
      expect(from({ ...common, timestamp, type: 'text' }).receivedAt).toBe('2026-01-01T00:00:00.000Z');
  });

  it.each([
    ['long past', '1000000000', '2001-09-09T01:46:40.000Z'],
    ['of a clock that goes ahead', '1767225700', '2026-01-01T00:01:40.000Z'],
  ])('has Meta’s time, also one %s', (_what, timestamp, at) =>
    expect(from({ ...common, timestamp, type: 'text' }).receivedAt).toBe(at),
  );

  it('is the same message whenever it comes', () => {
    const one = { ...common, type: 'text', text: { body: 'Hi' } };
    expect(from(one).messageId).toBe(from(one).messageId);
    expect(from({ ...one, id: 'wamid.B' }).messageId).not.toBe(from(one).messageId);
  });
});

describe('who wrote', () => {
  const person = (fields: object, contact: MetaMessage['contact'] = null) => {
    const { from: phone, userId, contactId, name } = from({ id: 'w', type: 'text', ...fields }, contact);
    return { phone, userId, name, contactId };
  };
  const phone = '+918899332211';
  const known = { phone, contactId: contactIdOf('acc_1', phone) };

  it.each([
    ['is a phone number', { from: '918899332211' }, null, { ...known, name: null }],
    ['may stand with the contact only', {}, asha, { ...known, name: 'Asha' }],
    [
      'is linked to a user id where both are given, and counts by the number',
      { from: '918899332211', from_user_id: 'IN.1' },
      asha,
      { ...known, userId: 'IN.1', name: 'Asha' },
    ],
    [
      'is linked by the contact as well',
      { from: '918899332211' },
      { ...asha, user_id: 'IN.1' },
      { ...known, userId: 'IN.1', name: 'Asha' },
    ],
    [
      'may be a user id alone',
      { from_user_id: 'IN.1' },
      { user_id: 'IN.1', profile: { username: 'asha' } },
      { phone: null, userId: 'IN.1', name: 'asha', contactId: contactIdOf('acc_1', 'IN.1') },
    ],
    ...[
      { user_id: 'IN.2', previous_user_id: 'IN.1' },
      { user_id: 'IN.2', body: 'User Asha changed from IN.1 to IN.2' },
      { user_id: 'IN.1', body: 'User changed from here to there' },
    ].map(
      (system) =>
        [
          `may be named only in what WhatsApp tells of it (${JSON.stringify(system)})`,
          { type: 'system', system },
          null,
          { phone: null, userId: 'IN.1', name: null, contactId: contactIdOf('acc_1', 'IN.1') },
        ] as const,
    ),
    [
      'has no name that is blank',
      { from: '918899332211' },
      { ...asha, profile: { name: ' \u2003\n', username: 'asha' } },
      { ...known, name: 'asha' },
    ],
    [
      'has a name that a contact can have',
      { from: '918899332211' },
      { ...asha, profile: { name: `${'x'.repeat(499)}😀y` } },
      { ...known, name: `${'x'.repeat(499)}😀` },
    ],
    [
      'counts by the number where the user id is longer than a field',
      { from: '918899332211', from_user_id: `IN.${'1'.repeat(138)}` },
      null,
      { ...known, name: null },
    ],
    [
      'may have a number we cannot check',
      { from: '99912345' },
      null,
      { phone: '+99912345', name: null, contactId: contactIdOf('acc_1', '+99912345') },
    ],
    ...['\u200e\u200f', '\u3164', '\u2800 \u0007'].map(
      (blank) =>
        [
          `has no name that nobody sees (${JSON.stringify(blank)})`,
          { from: '918899332211' },
          { ...asha, profile: { name: blank } },
          { ...known, name: null },
        ] as const,
    ),
    [
      'has a name as long as a field',
      { from: '918899332211' },
      { ...asha, profile: { name: 'x'.repeat(900) } },
      { ...known, name: 'x'.repeat(500) },
    ],
    ...['BR.52071', 'unknown', 'BR.52071 '].map(
      (spelled) =>
        [
          `may be a user id in the place of the number (${spelled})`,
          { from: spelled },
          { wa_id: spelled },
          {
            phone: null,
            userId: spelled.trim(),
            name: null,
            contactId: contactIdOf('acc_1', spelled.trim()),
          },
        ] as const,
    ),
    ['may be a number that is no text', { from: 918899332211 }, null, { ...known, name: null }],
    ...['+918899332211', '+91 88993 32211', '91-8899-332211', ' 918899332211 '].map(
      (spelled) =>
        [`may be a number spelled ${spelled}`, { from: spelled }, null, { ...known, name: null }] as const,
    ),
    [
      'may have a number of before a reform of its country’s',
      { from: '22997479819' },
      null,
      { phone: '+22997479819', name: null, contactId: contactIdOf('acc_1', '+22997479819') },
    ],
    [
      'has a user id of which as much is kept as a field holds, where there is no number',
      { from_user_id: `IN.${'1'.repeat(138)}` },
      null,
      {
        phone: null,
        userId: `IN.${'1'.repeat(137)}`,
        name: null,
        contactId: contactIdOf('acc_1', `IN.${'1'.repeat(137)}`),
      },
    ],
  ])('%s', (_what, fields, contact, found) => expect(person(fields, contact)).toEqual(found));

  it('must be somebody, and the message must have an id', () => {
    expect(() => person({})).toThrow('no sender');
    expect(() => person({ from: ' ', from_user_id: {} }, { wa_id: '' })).toThrow('no sender');
    expect(() => from({ from: '918899332211', type: 'text' })).toThrow('no id');
    expect(() => from({ ...common, id: 'w'.repeat(301), type: 'text' })).toThrow('no id');
  });
});
