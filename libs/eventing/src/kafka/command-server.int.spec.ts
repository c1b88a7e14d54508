import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { until } from '@wbiz/testing/stack';
import type { Command } from '../message.js';
import { microBatch } from '../micro-batch.js';
import { Rejection } from '../rejection.js';
import { CommandHandler } from './command-handler.js';
import { commandRecord } from './command-record.js';
import { KafkaCommandServer } from './command-server.js';
import { watchConsumers } from './consumer-health.js';
import { command, commandRoom, keptLog, recordsOf } from './kafka.samples.js';

jest.setTimeout(30_000);

type Room = Awaited<ReturnType<typeof commandRoom>>;
let room: Room;
let app: INestMicroservice | undefined;
let afterTest = () => {};
afterEach(async () => {
  afterTest();
  await app?.close();
  app = undefined;
  await room.close();
});

const refused = (code: string) => Object.assign(new Error(code), { code });
const committed = async ({ kafka, groupId, topic }: Room) =>
  (await kafka.committedOffsets(groupId, topic)).map((offset) => Math.max(offset, 0));
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

it('handles 1,000 commands over 50 keys in order per key, the keys side by side', async () => {
  room = await commandRoom();
  const seen = new Map<string, number[]>();
  const busy = new Set<string>();
  let most = 0;
  const sent: Promise<void>[] = [];
  for (let number = 0; number < 1_000; number += 1)
    sent.push(room.send(`key ${number % 50}`, `cmd_${number}`, { key: `key ${number % 50}`, number }));
  await Promise.all(sent);
  await room.serve({
    do: async ({ data }) => {
      const { key, number } = data as { key: string; number: number };
      expect(busy.has(key)).toBe(false);
      busy.add(key);
      most = Math.max(most, busy.size);
      await delay(Math.random() * 3);
      busy.delete(key);
      seen.set(key, [...(seen.get(key) ?? []), number]);
      return number;
    },
  });
  await until(() => room.replies.length === 1_000);
  expect(seen.size).toBe(50);
  for (const numbers of seen.values()) expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  expect(most).toBeGreaterThan(25);
  expect(room.replies[0]).toMatchObject({
    address: '127.0.0.1:4000',
    stage: 'accepted',
    reply: { ok: true },
  });
  await until(async () => sum(await committed(room)) === 1_000);
  expect(room.health.statuses()).toMatchObject([{ name: room.groupId, state: 'running', lag: 0 }]);
});

it('does not hold a fast key up behind a slow one', async () => {
  room = await commandRoom({ partitions: 1 });
  await room.send('slow', 'slow');
  for (let number = 0; number < 20; number += 1) await room.send('fast', `fast ${number}`);
  const release = Promise.withResolvers<void>();
  await room.serve({ do: ({ id }) => (id === 'slow' ? release.promise.then(() => 1) : 1) });
  await until(() => room.replies.length === 20);
  expect(room.replies.map(({ commandId }) => commandId)).not.toContain('slow');
  release.resolve();
  await until(() => room.replies.length === 21);
});

it('goes on beside a key that takes long, holds its later records and its offset back', async () => {
  room = await commandRoom({ partitions: 1 });
  const release = Promise.withResolvers<void>();
  const slow = async ({ id, data }: Command) => {
    if (data === 'slow') await release.promise;
    return id;
  };
  const first = await room.serve({ do: slow });
  await room.send('other', 'before');
  await until(() => room.replies.length === 1);
  await room.send('slow', 'slow', 'slow');
  await room.send('slow', 'behind it');
  for (let number = 0; number < 20; number += 1) {
    await room.send('fast', `fast ${number}`);
    await until(() => room.replies.length === 2 + number);
  }
  await room.send('slow', 'last');
  await room.send('fast', 'fast 20');
  await until(() => room.replies.length === 22);
  const all = ['before', ...Array.from({ length: 21 }, (_, number) => `fast ${number}`)];
  expect(room.replies.map(({ commandId }) => commandId)).toEqual(all);
  await until(async () => sum(await committed(room)) === 1);
  release.resolve();
  await until(() => room.replies.length === 25);
  expect(room.replies.slice(-3).map(({ commandId }) => commandId)).toEqual(['slow', 'behind it', 'last']);
  await until(async () => sum(await committed(room)) === 25);
  await first.close();
});

it('does not hold a fast partition up behind slow ones', async () => {
  room = await commandRoom({ partitions: 4 });
  const { promise: thawed, resolve: thaw } = Promise.withResolvers<void>();
  afterTest = thaw;
  const begun = new Set<number>();
  const done: string[] = [];
  await room.serve({
    do: async ({ id, data }) => {
      const { partition, isFrozen } = data as { partition: number; isFrozen?: true };
      begun.add(partition);
      if (isFrozen) await thawed;
      done.push(id);
    },
  });
  const send = (partition: number, id: string, more = {}) =>
    room.producer.send({
      ...commandRecord(command(id, { partition, ...more }), { topic: room.topic, key: id, source: 'spec' }),
      partition,
    });
  for (const partition of [0, 1, 2]) await send(partition, `slow ${partition}`, { isFrozen: true });
  await until(() => begun.size === 3);
  const times: number[] = [];
  for (let number = 0; number < 20; number += 1) {
    const from = performance.now();
    await send(3, `fast ${number}`);
    await until(() => done.includes(`fast ${number}`), { everyMs: 2 });
    times.push(performance.now() - from);
  }
  expect(times.sort((a, b) => a - b)[10]).toBeLessThan(100);
  // The next record of a slow partition is fetched as soon as its batch is done.
  await send(0, 'behind');
  thaw();
  await until(() => done.includes('behind'));
  expect(done.filter((id) => id.startsWith('slow'))).toHaveLength(3);
  await until(async () => sum(await committed(room)) === 24);
});

it('buries what cannot be handled, with its headers, and delays its neighbours by less than a second', async () => {
  room = await commandRoom({ partitions: 1 });
  const started = new Map<string, number>();
  const finished = new Map<string, number>();
  await room.serve({
    do: ({ id, data }) => {
      started.set(id, (started.get(id) ?? 0) + 1);
      if ((data as { bad?: boolean }).bad) throw new TypeError('Cannot read properties of undefined');
      finished.set(id, Date.now());
      return id;
    },
  });
  await room.send('warm up', 'first');
  await until(() => finished.has('first'));

  const from = Date.now();
  const headers = {
    ce_id: 'unparseable',
    ce_type: 'do',
    replyto: '127.0.0.1:4000',
    traceparent: '00-a-b-01',
  };
  await Promise.all([
    room.send('same', 'before'),
    room.send('same', 'throwing', { bad: true }),
    room.producer.send({ topic: room.topic, key: 'same', headers, value: '{"broken":' }),
    room.send('same', 'unknown', {}, 'no.such.command'),
    room.producer.send({ topic: room.topic, key: 'same', headers: { hello: 'world' }, value: '{}' }),
    room.send('same', 'after'),
    room.send('other', 'other'),
  ]);
  await until(() => finished.has('after') && finished.has('other'));
  expect(finished.get('other')! - from).toBeLessThan(500);
  expect(finished.get('after')! - from).toBeLessThan(1_000);
  expect(started.get('throwing')).toBe(3);

  const letters = await until(async () => {
    const found = await recordsOf(room.kafka, room.deadLetters);
    return found.length === 4 && found;
  });
  const common = { dl_topic: room.topic, dl_partition: '0', dl_group: room.groupId };
  expect(letters.map(({ key }) => key)).toEqual(['same', 'same', 'same', 'same']);
  expect(letters.map(({ headers: { dl_reason } }) => dl_reason)).toEqual([
    'TypeError: Cannot read properties of undefined',
    expect.stringMatching(/^SyntaxError: .*JSON/),
    'Error: There is no handler for no.such.command.',
    'Error: The record has no header ce_id.',
  ]);
  expect(letters[0]).toMatchObject({
    value: '{"bad":true}',
    headers: {
      ...common,
      ce_id: 'throwing',
      ce_type: 'do',
      account: 'acc_1',
      dl_attempts: '3',
      dl_offset: '2',
    },
  });
  expect(letters[1]).toMatchObject({
    value: '{"broken":',
    headers: { ...common, ...headers, dl_attempts: '0' },
  });
  for (const {
    headers: { dl_at },
  } of letters)
    expect(Date.parse(dl_at!)).toBeGreaterThanOrEqual(from);

  for (const id of ['throwing', 'unparseable', 'unknown'])
    expect(room.replies.filter(({ commandId }) => commandId === id)).toMatchObject([
      { stage: 'accepted', reply: { ok: false, error: { code: 'internal_error' } } },
    ]);
  await until(async () => sum(await committed(room)) === 8);
});

describe('a record of several commands', () => {
  const named = (ids: readonly string[], keyOf: (id: string) => string = (id) => id) =>
    ids.map((id) => ({ command: command(id), key: keyOf(id) }));
  const replied = () => room.replies.map(({ commandId }) => commandId);

  it('has them handled side by side, in order per key, with what comes before and after it', async () => {
    room = await commandRoom({ partitions: 1 });
    const ids = Array.from({ length: 60 }, (_, number) => `cmd ${number}`);
    const keyOf = (id: string) => `key ${Number(id.slice(4)) % 6}`;
    let atOnce = 0;
    let most = 0;
    await room.send(keyOf(ids[0]!), ids[0]!);
    await room.sendList(named(ids.slice(1, 40), keyOf));
    await room.send(keyOf(ids[40]!), ids[40]!);
    await room.sendList(named(ids.slice(41), keyOf));
    await room.serve({
      do: async ({ id }) => {
        most = Math.max(most, (atOnce += 1));
        await delay(Math.random() * 3);
        atOnce -= 1;
        return id;
      },
    });
    await until(() => room.replies.length === 60);
    for (const key of ids.slice(0, 6).map(keyOf))
      expect(replied().filter((id) => keyOf(id) === key)).toEqual(ids.filter((id) => keyOf(id) === key));
    expect(most).toBe(6);
    await until(async () => sum(await committed(room)) === 4);
  });

  it('loses to the dead letters only those that cannot be handled, each as a record of its own', async () => {
    room = await commandRoom({ partitions: 1 });
    const serve = (isMended: boolean) =>
      room.serve({
        do: ({ id }) => {
          if (id === 'throwing' && !isMended) throw new TypeError('oops');
          if (id === 'refused') throw new Rejection('conflict', 'There is one.');
          return id;
        },
      });
    const first = await serve(false);
    const list = named(['before', 'throwing', 'refused', 'unknown', 'after']);
    list[3] = { command: command('unknown', {}, 'no.such.command'), key: 'unknown' };
    await room.sendList(list);
    await until(() => room.replies.length === 5);
    expect(room.replies.filter(({ reply }) => reply.ok).map(({ commandId }) => commandId)).toEqual([
      'before',
      'after',
    ]);
    await until(async () => sum(await committed(room)) === 1);
    await first.close();

    const letters = await recordsOf(room.kafka, room.deadLetters);
    const byId = new Map(letters.map((letter) => [letter.headers['ce_id'], letter]));
    expect([...byId.keys()].toSorted()).toEqual(['throwing', 'unknown']);
    const { key, value, headers } = byId.get('throwing')!;
    expect({ key, value, headers }).toMatchObject({
      key: 'throwing',
      value: '{}',
      headers: {
        'content-type': 'application/json',
        ce_type: 'do',
        account: 'acc_1',
        dl_topic: room.topic,
        dl_offset: '0',
        dl_reason: 'TypeError: oops',
      },
    });

    room.replies.length = 0;
    await room.producer.send({ topic: room.topic, key: key!, value: value!, headers });
    await serve(true);
    await until(() => room.replies.length === 1);
    expect(room.replies[0]).toMatchObject({ commandId: 'throwing', reply: { ok: true } });
  });

  it('is held back from being committed until the last of them is through, and comes again whole', async () => {
    room = await commandRoom({ partitions: 1 });
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    afterTest = release;
    const handled: string[] = [];
    const first = await room.serve({
      do: async ({ id }) => {
        if (id === 'slow' || id === 'slower') await released;
        handled.push(id);
        return id;
      },
    });
    await room.send('k', 'alone');
    await room.sendList(named(['a', 'slow', 'b', 'slower']));
    await room.send('k', 'later');
    await until(() => handled.length === 4);
    expect(handled).toEqual(['alone', 'a', 'b', 'later']);
    await until(async () => sum(await committed(room)) === 1);
    await delay(600); // longer than the 500 ms between commits
    expect(await committed(room)).toEqual([1]);
    release();
    await first.close();
    expect(handled.slice(4).toSorted()).toEqual(['slow', 'slower']);
    expect(await committed(room)).toEqual([3]);
  });

  it('waits a passing fault out for the one that meets it', async () => {
    room = await commandRoom({ partitions: 1 });
    let tried = 0;
    let down = true;
    const server = await room.serve({
      do: ({ id }) => {
        if (id !== 'waiting') return id;
        tried += 1;
        if (down) throw refused('ECONNREFUSED');
        return id;
      },
    });
    await room.sendList(named(['waiting', 'a', 'b']));
    await until(() => tried > 2);
    expect(replied().toSorted()).toEqual(['a', 'b']);
    expect(room.health.statuses()[0]).toMatchObject({ state: 'waiting' });
    await server.close();
    expect(await committed(room)).toEqual([0]);

    down = false;
    await room.serve({ do: ({ id }) => id });
    await until(() => replied().includes('waiting'));
    await until(async () => sum(await committed(room)) === 1);
  });
});

it('passes over what concerns others where it is told to', async () => {
  room = await commandRoom({ partitions: 1 });
  await room.serve({ do: () => 1 }, { topics: [{ topic: room.topic, unknown: 'ignore' }] });
  await room.send('k', 'for others', {}, 'meta.template_status');
  await room.send('k', 'for us');
  await until(async () => sum(await committed(room)) === 2);
  expect(room.replies.map(({ commandId }) => commandId)).toEqual(['for us']);
  expect(await room.kafka.endOffsets(room.deadLetters)).toEqual([0]);
});

it('buries the one that breaks a transaction, not those it was gathered with', async () => {
  room = await commandRoom({ partitions: 1 });
  const execute = microBatch(async (ids: readonly string[]) => {
    if (ids.includes('poison')) throw refused('22P05');
    return ids;
  });
  for (let number = 0; number < 100; number += 1)
    await room.send(`key ${number}`, number === 50 ? 'poison' : `${number}`);
  const from = Date.now();
  await room.serve({ do: ({ id }) => execute(id) });
  await until(() => room.replies.length === 100);
  expect(Date.now() - from).toBeLessThan(3_000); // this includes the time to join the group
  expect(room.replies.filter(({ reply }) => !reply.ok).map(({ commandId }) => commandId)).toEqual(['poison']);
  expect((await recordsOf(room.kafka, room.deadLetters)).map(({ key }) => key)).toEqual(['key 50']);
});

it('waits a passing fault out and buries nothing', async () => {
  room = await commandRoom({ partitions: 2 });
  let down = true;
  let tried = 0;
  const order: string[] = [];
  for (let number = 0; number < 10; number += 1) await room.send(`key ${number % 2}`, `${number}`);
  await room.serve({
    do: ({ id }) => {
      tried += 1;
      if (down) throw refused(tried % 2 ? 'ECONNREFUSED' : '57P03');
      order.push(id);
      return id;
    },
  });
  await until(() => tried > 6);
  expect(room.health.statuses()[0]).toMatchObject({ state: 'waiting' });
  expect(room.replies).toEqual([]);
  down = false;
  await until(() => room.replies.length === 10);
  for (const parity of [0, 1])
    expect(order.filter((id) => Number(id) % 2 === parity)).toEqual(
      [0, 2, 4, 6, 8].map((number) => `${number + parity}`),
    );
  expect(room.health.statuses()[0]).toMatchObject({ state: 'running', reason: '' });
  expect(await room.kafka.endOffsets(room.deadLetters)).toEqual([0]);
  expect(
    room.log.entries.filter(({ message }) => message.includes('waits for a fault to pass')),
  ).toHaveLength(1);
});

it('keeps a record whose dead letter cannot be sent yet', async () => {
  room = await commandRoom({ partitions: 1 });
  let away = 3;
  const send: Room['producer']['send'] = async (record) => {
    if (away-- > 0) throw Object.assign(new Error('no broker'), { name: 'KafkaJSNumberOfRetriesExceeded' });
    return room.producer.send(record);
  };
  await room.serve({ do: () => 1 }, { producer: { send } });
  await room.send('k', 'unknown', {}, 'no.such.command');
  await until(() => room.replies.length === 1);
  expect(away).toBe(-1);
  expect(await room.kafka.endOffsets(room.deadLetters)).toEqual([1]);
});

it('finishes what it has begun when it closes, commits, and leaves the rest to the next', async () => {
  room = await commandRoom({ partitions: 1 });
  const handled: string[] = [];
  const begun = Promise.withResolvers<void>();
  const slow = async ({ id }: Command) => {
    begun.resolve();
    await delay(1_500);
    handled.push(id);
  };
  for (let number = 0; number < 10; number += 1) await room.send('one key', `${number}`);
  const server = await room.serve({ do: slow });
  await begun.promise;
  const from = Date.now();
  await server.close();
  expect(Date.now() - from).toBeLessThan(10_000);
  expect(handled.length).toBeGreaterThanOrEqual(3); // at least the records that could begin within 5 s
  expect(handled.length).toBeLessThan(10);
  expect(await committed(room)).toEqual([handled.length]);
  expect(room.health.statuses()).toMatchObject([{ state: 'closed' }]);

  await room.serve({ do: ({ id }) => void handled.push(id) });
  await until(() => handled.length === 10);
  expect(handled).toEqual(Array.from({ length: 10 }, (_, number) => `${number}`));
});

it('does not wait for a passing fault when it closes', async () => {
  room = await commandRoom({ partitions: 1 });
  let tried = 0;
  const server = await room.serve({
    do: () => {
      tried += 1;
      throw refused('ECONNREFUSED');
    },
  });
  await room.send('k', '1');
  await until(() => tried > 2);
  const from = Date.now();
  await server.close();
  expect(Date.now() - from).toBeLessThan(2_000);
  expect(await committed(room)).toEqual([0]);
});

it('ends the process of a consumer that stays dead, while the broker answers', async () => {
  room = await commandRoom({ partitions: 1 });
  const dead: string[] = [];
  let brokerAnswers = false;
  const stop = watchConsumers({
    health: room.health,
    ping: async () => brokerAnswers && room.kafka.ping(),
    onDead: ({ name, state }) => dead.push(`${name} ${state}`),
    deadAfterMs: 900,
  });
  // `classify: null` causes a TypeError in the server, after which kafkajs does not restart.
  await room.serve({ do: () => 1 }, { replies: { reply: null as never }, classify: null as never });
  await room.send('k', 'crash');
  await until(() => room.health.statuses()[0]!.state === 'crashed');
  await delay(1_500);
  expect(dead).toEqual([]);
  brokerAnswers = true;
  await until(() => dead.length > 0);
  expect(dead).toEqual([`${room.groupId} crashed`]);
  stop();
});

it('serves plain Nest handlers', async () => {
  room = await commandRoom({ partitions: 1 });
  @Controller()
  class Contacts {
    @CommandHandler('contact.upsert')
    upsert({ id, accountId, data }: Command) {
      return { id, accountId, data };
    }
    @CommandHandler('contact.stored')
    stored() {
      return { ok: false, error: { code: 'stored', message: 'A reply of its own making.' } };
    }
    @CommandHandler('contact.refused')
    refused() {
      throw new Rejection('too_many_tags', 'A contact holds at most 10 tags.', { max: 10 });
    }
    @CommandHandler('contact.silent')
    silent() {}
    @CommandHandler('contact.broken')
    broken() {
      throw new TypeError('oops');
    }
  }
  @Module({ controllers: [Contacts] })
  class Service {}

  const server = new KafkaCommandServer({
    ...room,
    topics: [{ topic: room.topic, unknown: 'dead-letter' }],
    replies: { reply: (address, reply) => void room.replies.push({ ...reply, address }) },
    logger: keptLog(),
  });
  app = await NestFactory.createMicroservice(Service, { strategy: server, logger: false });
  await app.listen();
  for (const name of ['silent', 'upsert', 'stored', 'refused', 'broken'])
    await room.send('k', name, { name }, `contact.${name}`);
  await until(() => room.replies.length === 4);
  expect(room.replies.map(({ commandId, reply }) => [commandId, reply])).toEqual([
    ['upsert', { ok: true, data: { id: 'upsert', accountId: 'acc_1', data: { name: 'upsert' } } }],
    ['stored', { ok: false, error: { code: 'stored', message: 'A reply of its own making.' } }],
    [
      'refused',
      {
        ok: false,
        error: { code: 'too_many_tags', message: 'A contact holds at most 10 tags.', details: { max: 10 } },
      },
    ],
    ['broken', { ok: false, error: { code: 'internal_error', message: expect.any(String) } }],
  ]);
  expect((await recordsOf(room.kafka, room.deadLetters))[0]!.headers['dl_reason']).toBe('TypeError: oops');
});
