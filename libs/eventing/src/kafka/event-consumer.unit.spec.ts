import { expect, it } from '@jest/globals';
import { eventRecord } from '../postgres/event-record.js';
import { readEvent } from './event-consumer.js';
import type { ConsumedRecord } from './record-consumer.js';

const row = {
  sequence: 8,
  partition: 1,
  previous: 5,
  epoch: 2,
  id: 'evt_1',
  accountId: 'acc_1',
  stream: 'cnt_1',
  type: 'contact.created',
  data: '{"name":"Zoë"}',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  createdAt: new Date('2026-01-02T03:04:05.678Z'),
};

function consumed(changes: object = {}, value: string | null = row.data): ConsumedRecord {
  const { headers } = eventRecord(row, { topic: 'wbiz.events', source: 'contacts' });
  const all = Object.entries({ ...headers, ...changes }).filter(([, text]) => text !== undefined);
  return {
    key: Buffer.from(row.accountId),
    value: value === null ? null : Buffer.from(value),
    headers: Object.fromEntries(all.map(([name, text]) => [name, Buffer.from(String(text))])),
    offset: '41',
    timestamp: '0',
  };
}
const handled = new Set(['contact.created']);

it('reads what the relay has written', () => {
  expect(readEvent(consumed(), handled)).toEqual({
    type: 'contact.created',
    source: 'contacts',
    sequence: 8,
    previous: 5,
    epoch: 2,
    offset: 41,
    id: 'evt_1',
    accountId: 'acc_1',
    subject: 'cnt_1',
    time: '2026-01-02T03:04:05.678Z',
    traceparent: row.traceparent,
    data: { name: 'Zoë' },
  });
});

it('parses only what is handled', () => {
  expect(readEvent(consumed({}, 'no JSON'), new Set())).toMatchObject({ sequence: 8, data: undefined });
  expect(readEvent(consumed({}, 'no JSON'), handled)).toMatchObject({ sequence: 8, data: undefined });
  expect(readEvent(consumed({}, null), handled)).toMatchObject({ sequence: 8, data: undefined });
});

it.each(['ce_type', 'ce_source', 'ce_sequence', 'ce_previous', 'ce_epoch'])(
  'is no event without %s',
  (name) => {
    expect(readEvent(consumed({ [name]: undefined }), handled)).toBeUndefined();
  },
);

it.each(['ce_source', 'account'])('is no event with a %s that no index holds', (name) => {
  expect(readEvent(consumed({ [name]: 'x'.repeat(3_000) }), handled)).toBeUndefined();
});

it.each([
  ['a sequence that is no number', { ce_sequence: 'seven' }],
  ['a sequence beyond what a number holds', { ce_sequence: '9007199254740993' }],
  ['a predecessor that comes later', { ce_previous: '8' }],
  ['an epoch that no source reaches', { ce_epoch: '2000000000' }],
  ['half an epoch', { ce_epoch: '1.5' }],
])('is no event with %s', (_, changes) => {
  expect(readEvent(consumed(changes), handled)).toBeUndefined();
});
