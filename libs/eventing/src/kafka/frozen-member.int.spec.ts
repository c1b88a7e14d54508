import { afterEach, expect, it, jest } from '@jest/globals';
import { embeddedStack, until } from '@wbiz/testing/stack';
import { runInChild } from './child-process.samples.js';
import { commandRoom } from './kafka.samples.js';

jest.setTimeout(60_000);

let room: Awaited<ReturnType<typeof commandRoom>>;
let member: ReturnType<typeof runInChild>;
const child = () =>
  runInChild(new URL('./member.samples.ts', import.meta.url), [
    embeddedStack().brokers.join(),
    room.topic,
    room.groupId,
    room.deadLetters,
  ]);
afterEach(async () => {
  await member.kill();
  await room.close();
});

it('keeps a thawed member from handling or committing what has gone to another', async () => {
  room = await commandRoom({ partitions: 1 });
  for (let number = 0; number < 100; number += 1) await room.send('one key', `${number}`);
  member = child();
  const begun = () => member.lines.filter((line) => line.startsWith('begun'));
  await until(() => begun().length > 5);
  member.signal('SIGSTOP');
  const before = begun().length;

  const taken: string[] = [];
  await room.serve({ do: ({ id }) => void taken.push(id) });
  await until(() => taken.at(-1) === '99', { timeoutMs: 20_000 });
  const committed = async () => (await room.kafka.committedOffsets(room.groupId, room.topic))[0];
  await until(async () => (await committed()) === 100);

  const thawedAt = member.lines.length;
  member.signal('SIGCONT');
  const since = () => member.lines.slice(thawedAt);
  await until(() => since().some((line) => line.startsWith('log consumer: joined its group')));
  expect(begun()).toHaveLength(before);
  expect(since()).toContainEqual(
    expect.stringMatching(
      /consumer: offsets not committed; trying again as long as the partitions are assigned: (UNKNOWN_MEMBER_ID|ILLEGAL_GENERATION)/,
    ),
  );
  expect(await committed()).toBe(100);
});

it('leaves in order on SIGTERM, and without a warning', async () => {
  room = await commandRoom({ partitions: 1 });
  member = child();
  await until(() => member.lines.includes('listening'));
  for (let number = 0; number < 30; number += 1) await room.send(`key ${number % 3}`, `${number}`);
  await until(() => member.lines.includes('begun 5'));
  const from = Date.now();
  member.signal('SIGTERM');
  expect(await member.exited).toBe(0);
  expect(Date.now() - from).toBeLessThan(10_000);
  const count = (what: string) => member.lines.filter((line) => line.startsWith(what)).length;
  expect(count('replied')).toBe(count('begun'));
  expect(await room.kafka.committedOffsets(room.groupId, room.topic)).toEqual([count('replied')]);
  expect(count('warning')).toBe(0);
});
