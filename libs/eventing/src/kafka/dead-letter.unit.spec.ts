import { expect, it } from '@jest/globals';
import type { KafkaRecord } from './batching-producer.js';
import { buried, isForOthers, letterOf, mark, markedBy, putBack } from './dead-letter.js';
import type { ConsumedRecord } from './record-consumer.js';

const TOLD = 1_795_347_000_000;
const HEADERS = {
  ce_id: 'cmd_1',
  ce_type: 'contact.upsert',
  account: 'acc_1',
  deadline: '1795347010000',
  replyto: '127.0.0.1:4000',
  traceparent: '00-a-b-01',
};
const command: ConsumedRecord = {
  key: Buffer.from('cnt_1'),
  value: Buffer.from('{"name":"Gaurav"}'),
  headers: HEADERS,
  offset: '7',
  timestamp: String(TOLD),
};
const fault = Object.assign(new Error('index row too large'), { name: 'error', code: '54000' });
const burial = { topic: 'commands', partition: 3, groupId: 'contacts', reason: fault, attempts: 3 };

/** The record as Kafka returns it, on another topic. */
const read = ({ key, value, headers }: KafkaRecord, offset = '153'): ConsumedRecord => ({
  key: key === null ? null : Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, text]) => [name, Buffer.from(String(text))]),
  ),
  offset,
  timestamp: String(TOLD + 1_000),
});
const letter = read(buried(command, 'letters', burial));

it('keeps the record, and tells whence it came and why', () => {
  expect(buried(command, 'letters', burial)).toMatchObject({
    topic: 'letters',
    key: command.key,
    value: command.value,
    headers: { ...HEADERS, dl_topic: 'commands', dl_partition: '3', dl_offset: '7' },
  });
  expect(letterOf(letter, 0)).toEqual({
    id: '0-153',
    at: expect.stringMatching(/^\d{4}-.*Z$/),
    topic: 'commands',
    group: 'contacts',
    code: '54000',
    reason: 'error: index row too large',
    attempts: 3,
    type: 'contact.upsert',
    commandId: 'cmd_1',
    accountId: 'acc_1',
    deadline: 1_795_347_010_000,
    retryOf: undefined,
  });
});

it.each([
  ['a text', 'gone', 'gone'],
  ['nothing', undefined, 'undefined'],
  ['null', null, 'null'],
  ['a long one', new Error('x'.repeat(2_000)), `Error: ${'x'.repeat(993)}`],
])('takes %s for a reason', (_what, reason, words) => {
  const told = letterOf(read(buried(command, 'letters', { ...burial, reason })), 0);
  expect([told.reason, told.code]).toEqual([words, undefined]);
});

it('puts back what came, for its group alone, with nobody who waits for the reply', () => {
  const { replyto: _, ...own } = HEADERS;
  const back = putBack(letter, { topic: 'commands', group: 'contacts', id: '0-153' });
  expect(read(back)).toEqual({
    ...read({ ...back, key: command.key, value: command.value }),
    headers: Object.fromEntries(
      Object.entries({ ...own, dl_group: 'contacts', dl_retry_of: '0-153' }).map(([name, text]) => [
        name,
        Buffer.from(text),
      ]),
    ),
  });
  expect(back.topic).toBe('commands');
  expect([isForOthers(read(back), 'contacts'), isForOthers(read(back), 'templates')]).toEqual([false, true]);
  expect(isForOthers(command, 'templates')).toBe(false);
  expect(
    putBack(letter, { topic: 'commands', group: 'contacts', id: '0-153' }, TOLD).headers['deadline'],
  ).toBe(String(TOLD));
});

it('knows a letter that comes back from one that was retried', () => {
  const back = read(putBack(letter, { topic: 'commands', group: 'contacts', id: '0-153' }));
  const again = letterOf(read(buried(back, 'letters', burial), '160'), 0);
  expect(again).toMatchObject({
    id: '0-160',
    retryOf: '0-153',
    group: 'contacts',
    reason: expect.any(String),
  });
});

it('keeps what was done about a letter', () => {
  const fate = {
    state: 'discarded',
    at: '2026-11-22T10:15:30.000Z',
    by: 'Ada',
    reason: 'किसी का नहीं',
  } as const;
  expect(markedBy(read(mark('letters', '0-153', fate)))).toEqual({ id: '0-153', fate });
  const retried = { ...fate, state: 'retried', reason: null } as const;
  expect(markedBy(read(mark('letters', '0-153', retried)))).toEqual({ id: '0-153', fate: retried });
});

it.each<[string, Partial<ConsumedRecord>]>([
  ['has nothing', { key: null, value: null, headers: undefined }],
  ['has headers of no value', { headers: { dl_topic: undefined, ce_type: undefined } }],
  ['has headers more than once', { headers: { dl_attempts: ['many', '3'] } }],
  ['has bytes', { headers: { ce_type: Buffer.from([0xff, 0xfe]) }, value: Buffer.from([0xff]) }],
  ['seems to be a mark, of no letter', { headers: { dl_mark: 'retried' }, key: null }],
  ['seems to be a mark, of no kind', { headers: { dl_mark: 'burnt' } }],
])('reads a record that %s', (_what, strange) => {
  const record = { ...command, headers: {}, ...strange };
  expect(markedBy(record)).toBeUndefined();
  expect(letterOf(record, 2)).toMatchObject({
    id: '2-7',
    at: new Date(TOLD).toISOString(),
    topic: undefined,
  });
});
