import { describe, expect, it } from '@jest/globals';
import type { WbizEvent } from '@wbiz/sdk/operations';
import { FEED_EVENT_TYPES } from '@wbiz/contracts/event-catalogue';
import { GROUPS, isAbout, summaryOf, typesOf } from './event-summary.js';

const status: WbizEvent = {
  id: 'evt_1',
  sequence: 1,
  type: 'message.status',
  createdAt: '2026-11-22T10:15:30.000Z',
  data: {
    messageId: 'msg_1',
    wamid: null,
    conversationId: 'cnv_1',
    to: '+918899332211',
    status: 'failed',
    error: { message: 'Too late' },
    metadata: { order: 'A-7' },
    campaignId: null,
    at: '2026-11-22T10:15:30.000Z',
  },
};

describe('an event', () => {
  it('is told in a line', () => expect(summaryOf(status)).toBe('failed → +918899332211 · Too late'));

  it.each(['evt_1', 'msg_1', '+918899332211', 'A-7'])('is about %s', (looked) =>
    expect(isAbout(status, looked)).toBe(true),
  );
  it.each(['msg_', 'msg_2', 'Too'])('is not about %s', (looked) =>
    expect(isAbout(status, looked)).toBe(false),
  );
});

it('every type is in one group', () =>
  expect(Object.values(GROUPS).flat().toSorted()).toEqual(FEED_EVENT_TYPES.toSorted()));

it.each([
  ['Messages', GROUPS.Messages],
  ['contact.created', ['contact.created']],
  ['', undefined],
  ['toString', undefined],
])('the choice %p stands for its types', (choice, types) => expect(typesOf(choice)).toEqual(types));
