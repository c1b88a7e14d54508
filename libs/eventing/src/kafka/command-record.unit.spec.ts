import { describe, expect, it } from '@jest/globals';
import type { Command } from '../message.js';
import { commandRecord, commandRecords, readCommand, receivedIn } from './command-record.js';
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

/** The record as the broker returns it: names as texts, values as bytes. */
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

describe('a record of several commands', () => {
  const ids = ['cmd_1', 'cmd_2', 'cmd_3'];
  const place = { topic: route.topic, partition: 4, source: 'gateway' };
  const all = ids.map((id) => ({ command: { ...whole, id }, key: `Zoë ${id}` }));
  const listed = (most: number) => commandRecords(all, { ...place, most });
  const list = listed(100_000)[0]!;

  it('brings each whole, with its key', () => {
    const received = receivedIn(consumed(list.headers, list.value));
    expect(received.map(({ read }) => read())).toEqual(all.map(({ command }) => command));
    expect(received.map(({ key }) => Buffer.from(key!, 'latin1').toString())).toEqual(
      all.map(({ key }) => key),
    );
  });

  it('is a batch of CloudEvents in JSON', () => {
    expect(list).toMatchObject({
      topic: route.topic,
      partition: 4,
      headers: { 'content-type': 'application/cloudevents-batch+json' },
    });
    expect((JSON.parse(String(list.value)) as unknown[])[1]).toMatchObject({
      specversion: '1.0',
      id: 'cmd_2',
      source: 'gateway',
      type: 'contact.upsert',
      partitionkey: 'Zoë cmd_2',
      account: 'acc_1',
      deadline: '1800000000000',
      data: whole.data,
    });
  });

  it('comes apart into the records that its commands are alone', () => {
    const [, second] = receivedIn(consumed(list.headers, list.value));
    const { key, headers, value } = commandRecord(all[1]!.command, { ...place, key: all[1]!.key });
    expect(second!.alone()).toEqual({
      key: Buffer.from(String(key)),
      headers: { ...headers, ce_time: expect.any(String) },
      value,
      offset: '7',
      timestamp: '0',
    });
  });

  it('is no larger than it may be, and one command by itself is as ever', () => {
    const size = Buffer.byteLength(String(list.value));
    expect(listed(size).map(({ key }) => key)).toEqual([null]);
    const [two, one] = listed(size - 1);
    expect(two!.value!.length).toBeLessThan(size);
    expect(receivedIn(consumed(two!.headers, two!.value)).map(({ read }) => read().id)).toEqual(
      ids.slice(0, 2),
    );
    expect(one).toMatchObject({ partition: 4, key: 'Zoë cmd_3', headers: { ce_id: 'cmd_3' } });
    expect(listed(1)).toHaveLength(3);
  });

  it.each([
    ['no id', { type: 'x' }, 'no header ce_id'],
    ['a number for an id', { id: 7, type: 'x' }, 'no header ce_id'],
    ['no type', { id: '1' }, 'no header ce_type'],
    ['a wrong deadline', { id: '1', type: 'x', deadline: 'soon' }, 'deadline is "soon"'],
    ['nothing', null, 'no header ce_id'],
    ['a text', 'cmd_1', 'no header ce_id'],
  ])('refuses one with %s, alone too, and no other', (_, event, message) => {
    const value = JSON.stringify([event, { id: '2', type: 'y' }]);
    const [first, second] = receivedIn(consumed(list.headers, value));
    expect(first!.read).toThrow(message);
    const alone = first!.alone();
    expect(() => readCommand(consumed(alone.headers!, alone.value))).toThrow(message);
    expect(second!.read()).toMatchObject({ id: '2', type: 'y', data: undefined });
  });

  it.each(['{"id":"1"}', '[{"id":', '', null])('refuses %s, which is no list', (value) => {
    const received = receivedIn(consumed(list.headers, value));
    expect(received).toHaveLength(1);
    expect(received[0]!.read).toThrow('no header ce_id');
  });
});
