import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it, jest } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import type { Command } from '../message.js';
import { commandRoom } from './kafka.samples.js';

jest.setTimeout(30_000);

let room: Awaited<ReturnType<typeof commandRoom>>;
afterEach(() => room.close());

it('loses nothing and keeps the order per key while a second member comes and goes', async () => {
  room = await commandRoom({ partitions: 4 });
  const KEYS = 40;
  const ROUNDS = 50;
  const handled = new Map<string, number[]>();
  const busy = new Map<string, string>();
  const overlaps: string[] = [];
  const by = { first: 0, second: 0 };
  const member = (name: keyof typeof by) => ({
    do: async ({ data }: Command) => {
      const { key, round } = data as { key: string; round: number };
      if (busy.has(key)) overlaps.push(`${key} by ${name} while by ${busy.get(key)}`);
      busy.set(key, name);
      await delay(5);
      busy.delete(key);
      handled.set(key, [...(handled.get(key) ?? []), round]);
      by[name] += 1;
      return round;
    },
  });
  await room.serve(member('first'));

  const sending = (async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const keys = Array.from({ length: KEYS }, (_, index) => `key ${index}`);
      await Promise.all(keys.map((key) => room.send(key, `${key}/${round}`, { key, round })));
      await delay(60);
    }
  })();
  await until(() => by.first > 300);
  const second = await room.serve(member('second'));
  await until(() => by.second > 300);
  await second.close();
  await sending;
  await until(
    () => [...handled.values()].filter((rounds) => new Set(rounds).size === ROUNDS).length === KEYS,
  );

  // Redeliveries may repeat earlier rounds, but the first deliveries of a key are in order.
  for (const rounds of handled.values()) {
    const firsts = rounds.filter((round, index) => rounds.indexOf(round) === index);
    expect(firsts).toEqual(Array.from({ length: ROUNDS }, (_, round) => round));
  }
  expect(overlaps).toEqual([]);
  const repeated = by.first + by.second - KEYS * ROUNDS;
  console.info(`rebalance: ${KEYS * ROUNDS} commands, ${repeated} handled twice`);
  expect(repeated).toBeLessThan(400);
  expect(await room.kafka.endOffsets(room.deadLetters)).toEqual([0]);
});

it('does not make the group wait while it waits for a fault to pass', async () => {
  room = await commandRoom({ partitions: 1 });
  let tried = 0;
  const stuck = await room.serve({
    do: () => {
      tried += 1;
      throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    },
  });
  await room.send('k', '1');
  await until(() => tried > 2);
  const taken: string[] = [];
  const from = Date.now();
  await room.serve({ do: ({ id }) => void taken.push(id) });
  expect(Date.now() - from).toBeLessThan(4_000);
  await stuck.close();
  await until(() => taken.length > 0);
  expect(taken).toEqual(['1']);
});

it('gives a partition away only when what is in hand of it has ended, however long the others wait', async () => {
  room = await commandRoom({ partitions: 2 });
  const told: string[] = [];
  const member = (name: string) => ({
    do: async ({ id }: Command) => {
      told.push(`${name} begins ${id}`);
      await delay(4_000);
      told.push(`${name} ends ${id}`);
    },
  });
  await room.serve(member('first'));
  await room.send('k', '1');
  await until(() => told.length === 1);
  const joining = room.serve(member('second'));
  await room.send('k', '2');
  await joining;
  await until(() => told.some((line) => line.endsWith('ends 2')), { timeoutMs: 20_000 });
  // A record fetched at the moment of a rebalance may begin twice, as after a crash.
  expect(told.filter((line) => line.endsWith(' 1'))).toEqual(['first begins 1', 'first ends 1']);
  expect(told.slice(0, 2)).toEqual(['first begins 1', 'first ends 1']);
});
