import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import type { Command } from '../message.js';
import { commandRoom } from './kafka.samples.js';

jest.setTimeout(40_000);

let room: Awaited<ReturnType<typeof commandRoom>>;
const handled: { id: string; at: number; by: string }[] = [];
const member = (by: string) => ({
  do: ({ id }: Command) => Promise.resolve(handled.push({ id, at: performance.now(), by })),
});
let first: Awaited<ReturnType<typeof room.serve>>;
beforeAll(async () => {
  room = await commandRoom({ partitions: 4 });
  first = await room.serve(member('first'));
});
afterAll(() => room.close());

/** Resolves once an idle consumer's fetches are 2 s apart. */
async function atRest() {
  const fetches: number[] = [];
  await until(
    () => {
      const at = room.health.statuses()[0]!.lastFetchAt;
      if (fetches.at(-1) !== at) fetches.push(at);
      return fetches.length > 2 && fetches.at(-1)! - fetches.at(-2)! > 1_900;
    },
    { timeoutMs: 25_000, everyMs: 5 },
  );
}

describe('a consumer that has had nothing to read for 10 s', () => {
  it('hands over what comes at once, fetches every 0.5 s again, and commits it', async () => {
    await atRest();
    const from = performance.now();
    await room.send('key', 'lone');
    await until(() => handled.length === 1, { everyMs: 1 });
    expect(handled[0]!.at - from).toBeLessThan(400);
    const committed = async () => {
      const offsets = await room.kafka.committedOffsets(room.groupId, room.topic);
      return offsets.filter((offset) => offset > 0);
    };
    await until(async () => (await committed()).length === 1);
    const fetchedAt = () => room.health.statuses()[0]!.lastFetchAt;
    const before = fetchedAt();
    await until(() => fetchedAt() > before, { everyMs: 5 });
    const next = fetchedAt();
    await until(() => fetchedAt() > next, { everyMs: 5 });
    expect(fetchedAt() - next).toBeLessThan(1_000);
  });

  it('leaves its group within 3 s', async () => {
    await atRest();
    const from = performance.now();
    await first.close();
    expect(performance.now() - from).toBeLessThan(3_000);
  });

  it('shares its partitions with who joins, and takes all when that one leaves', async () => {
    await room.serve(member('first'));
    await atRest();
    const from = performance.now();
    const second = await room.serve(member('second'));
    const keys = Array.from({ length: 40 }, (_, index) => `key ${index}`);
    await until(
      async () => {
        await Promise.all(keys.map((key) => room.send(key, `${key} at ${performance.now()}`)));
        return new Set(handled.slice(-40).map(({ by }) => by)).size === 2;
      },
      { everyMs: 200 },
    );
    expect(performance.now() - from).toBeLessThan(6_000);
    await second.close();
    const done = handled.length;
    await Promise.all(keys.map((key) => room.send(key, `${key} at the end`)));
    await until(() => handled.slice(done).filter(({ id }) => id.endsWith('at the end')).length >= 40);
  });
});
