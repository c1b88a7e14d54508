import { describe, expect, it } from '@jest/globals';
import { consentIn } from './consent-in-message.js';
import { optOutWords } from './opt-out-words.js';

const said = (kind: string, body: string | null, payload: Record<string, unknown> | null = null) =>
  consentIn({ kind, body, payload }, optOutWords(null));

describe('consent is stated', () => {
  it.each([
    ['text', 'STOP', 'stop'],
    ['text', 'Start', 'start'],
    ['button', 'Stop promotions', 'stop'],
  ])('by a %s: %s', (kind, body, statement) => expect(said(kind, body)).toBe(statement));
});

describe('consent is not stated', () => {
  it.each([
    ['contacts', 'STOP', { contacts: [{ name: { formattedName: 'STOP' } }] }],
    ['location', 'Stop', { latitude: 1, longitude: 2, name: 'Stop' }],
    ['interactive', 'Start', { type: 'list_reply', id: 'r1', title: 'Start' }],
    ['interactive', 'Stop', { type: 'button_reply', id: 'b1', title: 'Stop' }],
    ['button', 'Start', { payload: 'start' }],
    ['order', 'Stop', { items: [] }],
    ['flow_reply', 'Stop', { response: {} }],
    ['image', 'STOP', { metaId: '1' }],
    ['text', 'STOP', { groupId: 'G1' }],
    ['text', 'STOP, I will be late', null],
    ['text', null, null],
  ])('by a %s: %s %j', (kind, body, payload) => expect(said(kind, body, payload)).toBeUndefined());
});
