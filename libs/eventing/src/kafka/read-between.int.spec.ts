import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, it, jest } from '@jest/globals';
import { topicPrefix } from '@wbiz/testing/stack';
import { connect } from './kafka.samples.js';
import { readBetween } from './read-between.js';

jest.setTimeout(30_000);
const prefix = topicPrefix();
const kafka = connect();
afterAll(() => kafka.close());
const signal = new AbortController().signal;

/** A topic with three rounds of records, and the time at which each round began. */
async function rounds(name: string, config: Record<string, string> = {}, value = (text: string) => text) {
  const topic = `${prefix}${name}`;
  await kafka.ensureTopics([{ topic, partitions: 3, config }]);
  const producer = kafka.producer();
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    await delay(5);
    times.push(Date.now());
    await producer.sendAll(
      Array.from({ length: 20 }, (_, index) => ({
        topic,
        key: `k${index % 7}`,
        headers: {},
        value: value(`${round}.${index}`),
      })),
    );
  }
  await delay(5);
  times.push(Date.now());
  await producer.close();
  return { topic, times };
}

it('hands over what lies between two times, once, each key in order', async () => {
  const { topic, times } = await rounds('span');
  for (const [from, to, count] of [
    [0, 3, 60],
    [1, 2, 20],
    [2, 3, 20],
    [0, 0, 0],
  ] as const) {
    const seen: { key: string; text: string }[] = [];
    await readBetween(kafka, { topic, since: times[from]!, until: times[to]!, signal }, async (records) => {
      for (const { key, value } of records) seen.push({ key: String(key), text: String(value) });
    });
    expect(seen).toHaveLength(count);
    expect(new Set(seen.map(({ text }) => text)).size).toBe(count);
    const ofOne = seen.filter(({ key }) => key === 'k3').map(({ text }) => text);
    const [rounds, indexes] = [[...Array(to - from).keys()].map((n) => n + from), [3, 10, 17]];
    expect(ofOne).toEqual(rounds.flatMap((round) => indexes.map((index) => `${round}.${index}`)));
  }
});

it('brings records larger than a fetch', async () => {
  const large = (text: string) => text.padEnd(3_000_000, '.');
  const topic = `${prefix}large`;
  await kafka.ensureTopics([{ topic, partitions: 1, config: { 'max.message.bytes': '4194304' } }]);
  const producer = kafka.producer();
  const since = Date.now();
  await producer.sendAll(
    ['a', 'b', 'c'].map((text) => ({ topic, key: null, headers: {}, value: large(text) })),
  );
  await producer.close();
  const seen: string[] = [];
  await readBetween(kafka, { topic, since, until: Date.now() + 1_000, signal }, async (records) => {
    for (const { value } of records) seen.push(String(value));
  });
  expect(seen.map((value) => [value.length, value[0]])).toEqual([
    [3_000_000, 'a'],
    [3_000_000, 'b'],
    [3_000_000, 'c'],
  ]);
});

it('ends with what a handler throws, and when it is told to', async () => {
  const { topic, times } = await rounds('failing');
  const span = { topic, since: times[0]!, until: times[3]!, signal };
  await expect(readBetween(kafka, span, () => Promise.reject(new Error('full')))).rejects.toThrow('full');
  const ending = new AbortController();
  const endless = readBetween(kafka, { ...span, signal: ending.signal }, async () => {
    ending.abort(new Error('told to stop'));
    await new Promise((resolve) => setTimeout(resolve, 50));
  });
  await expect(endless).rejects.toThrow('told to stop');
});
