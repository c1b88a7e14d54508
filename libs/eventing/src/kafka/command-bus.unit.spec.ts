import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { Command, Reply } from '../message.js';
import type { StagedReply } from '../rpc/reply-publisher.js';
import { Partitioners } from 'kafkajs';
import { receivedIn } from './command-record.js';
import type { KafkaRecord } from './batching-producer.js';
import { CommandBus, CommandTimeout, type CommandBusOptions } from './command-bus.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const done = (data: unknown): Reply => ({ ok: true, data });
const accepted = (commandId: string, reply: Reply): StagedReply => ({ commandId, stage: 'accepted', reply });
const settledAs = (commandId: string, reply: Reply): StagedReply => ({ commandId, stage: 'settled', reply });
const command = (id: string, more: Partial<Command> = {}): Command => ({
  id,
  type: 'contact.upsert',
  accountId: 'acc_1',
  data: {},
  ...more,
});

function bus(more: Partial<CommandBusOptions> = {}) {
  const records: KafkaRecord[] = [];
  const asked: string[] = [];
  const made = new CommandBus({
    producer: { send: async (record) => void records.push(record) },
    topicOf: (service) => `wbiz.commands.${service}`,
    partitionsOf: async () => 3,
    source: 'gateway',
    replyTo: '127.0.0.1:4000',
    ask: async (service, id) => void asked.push(`${service} ${id}`),
    logger: quiet,
    ...more,
  });
  return { bus: made, records, asked };
}

it('resolves each command with its own reply, in whatever order they come', async () => {
  const { bus: one, records } = bus();
  const replies = ['a', 'b', 'c'].map((id) => one.send('contacts', command(id), { key: `key ${id}` }));
  expect(one.inFlight('contacts')).toBe(3);
  const refused: Reply = { ok: false, error: { code: 'too_many_tags', message: 'A contact holds 10 tags.' } };
  one.onReplies([accepted('c', refused), accepted('a', done(1)), accepted('unknown', done(9))]);
  one.onReplies([accepted('b', done(2))]);
  expect(await Promise.all(replies)).toEqual([done(1), done(2), refused]);
  await jest.advanceTimersByTimeAsync(0);
  expect(one.inFlight('contacts')).toBe(0);
  expect(records.map(({ topic, key }) => [topic, key])).toEqual([
    ['wbiz.commands.contacts', 'key a'],
    ['wbiz.commands.contacts', 'key b'],
    ['wbiz.commands.contacts', 'key c'],
  ]);
  expect(records[0]!.headers).toMatchObject({ replyto: '127.0.0.1:4000', ce_source: 'gateway' });
});

it('asks at the deadline for a reply that was lost', async () => {
  const { bus: one } = bus({ ask: async () => done('stored') });
  const reply = one.send('contacts', command('a', { deadline: Date.now() + 3_000 }), { key: 'k' });
  await jest.advanceTimersByTimeAsync(2_999);
  expect(one.inFlight('contacts')).toBe(1);
  await jest.advanceTimersByTimeAsync(1);
  expect(await reply).toEqual(done('stored'));
});

it.each<[string, CommandBusOptions['ask']]>([
  ['knows of nothing', async () => null],
  ['cannot be asked', () => Promise.reject(new Error('unreachable'))],
])('rejects at the deadline when the service %s', async (_, ask) => {
  const { bus: one } = bus({ ask });
  const reply = one.send('contacts', command('a', { deadline: Date.now() + 3_000 }), { key: 'k' });
  const rejected = expect(reply).rejects.toThrow(CommandTimeout);
  await jest.advanceTimersByTimeAsync(3_000);
  await rejected;
  expect(one.inFlight('contacts')).toBe(0);
});

it('gives a command without a deadline one of 10 s', async () => {
  const { bus: one, records, asked } = bus();
  const now = Date.now();
  const rejected = expect(one.send('contacts', command('a'), { key: 'k' })).rejects.toThrow(CommandTimeout);
  expect(records[0]!.headers['deadline']).toBe(String(now + 10_000));
  await jest.advanceTimersByTimeAsync(9_999);
  expect(asked).toEqual([]);
  await jest.advanceTimersByTimeAsync(1);
  await rejected;
  expect(asked).toEqual(['contacts a']);
});

it('leaves it to the deadline whether a command whose sending failed was taken', async () => {
  const { bus: one } = bus({ producer: { send: () => Promise.reject(new Error('timed out')) } });
  const reply = one.send('contacts', command('a'), { key: 'k' });
  await jest.advanceTimersByTimeAsync(1_000);
  one.onReplies([accepted('a', done('taken all the same'))]);
  expect(await reply).toEqual(done('taken all the same'));
});

it('counts a command as in flight for as long as Kafka has not taken it', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { bus: one } = bus({ producer: { send: () => promise } });
  const rejected = expect(one.send('contacts', command('a'), { key: 'k' })).rejects.toThrow(CommandTimeout);
  await jest.advanceTimersByTimeAsync(10_000);
  await rejected;
  expect(one.inFlight('contacts')).toBe(1);
  resolve();
  await jest.advanceTimersByTimeAsync(0);
  expect(one.inFlight('contacts')).toBe(0);
});

it('sends a command once that is asked for twice at the same time', async () => {
  const { bus: one, records } = bus();
  const both = [1, 2].map(() => one.send('contacts', command('a'), { key: 'k' }));
  one.onReplies([accepted('a', done(1))]);
  expect(await Promise.all(both)).toEqual([done(1), done(1)]);
  expect(records).toHaveLength(1);
});

it('refuses a command too large for the log', async () => {
  const { bus: one, records } = bus();
  const large = (length: number) => command('a', { data: 'x'.repeat(length - 2) });
  await expect(one.send('contacts', large(1_000_001), { key: 'k' })).rejects.toMatchObject({
    code: 'too_large',
  });
  expect(records).toHaveLength(0);
  void one.send('contacts', large(1_000_000), { key: 'k' });
  expect(records).toHaveLength(1);
});

const idsIn = (records: readonly KafkaRecord[]) =>
  records.map(({ headers, value }) =>
    receivedIn({ headers, key: null, value: Buffer.from(value!), offset: '0', timestamp: '0' }).map(
      (one) => one.read().id,
    ),
  );

it('sends many at once in a record a partition, each where its key alone would go', async () => {
  const { bus: one, records } = bus();
  const ids = Array.from({ length: 30 }, (_, number) => `cmd_${number}`);
  const replies = one.sendAll(
    'contacts',
    ids.map((id) => ({ command: command(id), key: `Schlüssel ${id}` })),
  );
  expect(one.inFlight('contacts')).toBe(30);
  await jest.advanceTimersByTimeAsync(0);
  one.onReplies(ids.map((id) => accepted(id, done(id))).reverse());
  expect(await Promise.all(replies)).toEqual(ids.map(done));
  await jest.advanceTimersByTimeAsync(0);
  expect(one.inFlight('contacts')).toBe(0);

  const partitions = [0, 1, 2].map((partitionId) => ({ partitionId, leader: 1 }));
  const partitioner = Partitioners.DefaultPartitioner();
  const homeOf = (id: string) =>
    partitioner({
      topic: 't',
      partitionMetadata: partitions as never,
      message: { key: `Schlüssel ${id}`, value: null },
    });
  const inOrder = records.toSorted((a, b) => a.partition! - b.partition!);
  expect(inOrder.map(({ partition }) => partition)).toEqual([0, 1, 2]);
  expect(idsIn(inOrder)).toEqual([0, 1, 2].map((home) => ids.filter((id) => homeOf(id) === home)));
});

it('refuses one of many that is too large, and sends one under way already no second time', async () => {
  const { bus: one, records } = bus();
  const first = one.send('contacts', command('a'), { key: 'k' });
  const all = ['a', 'large', 'b', 'c'].map((id) => ({
    command: command(id, id === 'large' ? { data: 'x'.repeat(1_000_000) } : {}),
    key: 'k',
  }));
  const replies = Promise.allSettled(one.sendAll('contacts', all));
  await jest.advanceTimersByTimeAsync(0);
  one.onReplies(['a', 'b', 'c'].map((id) => accepted(id, done(id))));
  expect(await replies).toMatchObject([
    { value: done('a') },
    { reason: { code: 'too_large' } },
    { value: done('b') },
    { value: done('c') },
  ]);
  expect(await first).toEqual(done('a'));
  expect(idsIn(records)).toEqual([['a'], ['b', 'c']]);
});

it.each<[string, Partial<CommandBusOptions>]>([
  ['the partitions are not known', { partitionsOf: () => Promise.reject(new Error('no broker')) }],
  ['Kafka does not take them', { producer: { send: () => Promise.reject(new Error('timed out')) } }],
])('rejects each of many at the deadline when %s', async (_, more) => {
  const { bus: one, asked } = bus(more);
  const all = ['a', 'b'].map((id) => ({ command: command(id), key: id }));
  const replies = Promise.allSettled(one.sendAll('contacts', all));
  await jest.advanceTimersByTimeAsync(10_000);
  expect(await replies).toMatchObject([
    { reason: { name: 'CommandTimeout', commandId: 'a' } },
    { reason: { name: 'CommandTimeout', commandId: 'b' } },
  ]);
  expect(asked).toEqual(['contacts a', 'contacts b']);
  expect(one.inFlight('contacts')).toBe(0);
});

it('brings the second stage to whoever waits for it', async () => {
  const { bus: one } = bus();
  const both = [one.settled('a', 10_000), one.settled('a', 10_000)];
  one.onReplies([settledAs('a', done('sent'))]);
  expect(await Promise.all(both)).toEqual([done('sent'), done('sent')]);
});

it('keeps a second stage that comes together with the first', async () => {
  const { bus: one } = bus();
  const first = one.send('messaging', command('a'), { key: 'k' });
  one.onReplies([accepted('a', done('msg_1')), settledAs('a', done('sent'))]);
  expect(await first).toEqual(done('msg_1'));
  expect(await one.settled('a', 10_000)).toEqual(done('sent'));
});

it('gives up waiting for a second stage', async () => {
  const { bus: one } = bus();
  const waited = one.settled('a', 10_000);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(await waited).toBeUndefined();
});
