import { expect, it } from '@jest/globals';
import type { Command } from '../message.js';
import { commandRecord, readCommand } from './command-record.js';
import type { ConsumedRecord } from './record-consumer.js';

const route = { topic: 'wbiz.commands.contacts', key: 'acc_1:+49', source: 'gateway' };
const whole: Command = {
  id: 'cmd_1',
  type: 'contact.upsert',
  accountId: 'acc_1',
  data: { name: 'Zoë 😀', tags: ['a'] },
  deadline: 1_800_000_000_000,
  replyTo: '10.0.0.1:4000',
  actor: 'key_1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};

/** As it comes back from the broker: names and bytes. */
function consumed(headers: object, value: Buffer | string | null): ConsumedRecord {
  const bytes = Object.entries(headers).map(([name, text]) => [name, Buffer.from(String(text))]);
  return {
    key: null,
    value: value === null ? null : Buffer.from(value),
    headers: Object.fromEntries(bytes),
    offset: '7',
    timestamp: '0',
  };
}

it('carries every field of a command there and back', () => {
  const { headers, value, key, topic } = commandRecord(whole, route);
  expect({ key, topic }).toEqual({ key: route.key, topic: route.topic });
  expect(readCommand(consumed(headers, value))).toEqual(whole);
});

it('is a CloudEvent in binary mode', () => {
  expect(commandRecord(whole, route).headers).toEqual({
    ce_specversion: '1.0',
    ce_id: 'cmd_1',
    ce_source: 'gateway',
    ce_type: 'contact.upsert',
    ce_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    'content-type': 'application/json',
    account: 'acc_1',
    deadline: '1800000000000',
    replyto: '10.0.0.1:4000',
    actor: 'key_1',
    traceparent: whole.traceparent,
  });
});

it('reads an inbound record, which names no account and wants no reply', () => {
  const command = readCommand(consumed({ ce_id: 'wamid.1', ce_type: 'meta.status' }, '{"status":"sent"}'));
  expect(command).toEqual({ id: 'wamid.1', type: 'meta.status', accountId: '', data: { status: 'sent' } });
});

it.each([
  ['no id', { ce_type: 'x' }, '{}', 'no header ce_id'],
  ['no type', { ce_id: '1' }, '{}', 'no header ce_type'],
  ['no value', { ce_id: '1', ce_type: 'x' }, null, 'no value'],
  ['no JSON', { ce_id: '1', ce_type: 'x' }, '{"a":', 'JSON'],
  ['a wrong deadline', { ce_id: '1', ce_type: 'x', deadline: 'soon' }, '{}', 'deadline is "soon"'],
])('refuses a record with %s', (_, headers, value, message) => {
  expect(() => readCommand(consumed(headers, value))).toThrow(message);
});
