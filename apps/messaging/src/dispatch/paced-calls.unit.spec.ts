import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { NumberPace } from './pace.js';
import { PacedCalls } from './paced-calls.js';
import type { Class } from './send-class.js';

let now = 0;
beforeEach(() => {
  now = 0;
  jest.useFakeTimers();
});
afterEach(() => void jest.useRealTimers());

/** The calls of a phone number, and when each left. `run` lets time pass, a millisecond a step. */
function pacedCalls(throughput: number) {
  const pace = new NumberPace(throughput);
  const turns = new PacedCalls(pace, () => now);
  const left: { name: string; at: number }[] = [];
  const late: string[] = [];
  return {
    pace,
    turns,
    left,
    late,
    names: () => left.map(({ name }) => name),
    call: (cls: Class, name: string, until?: number) =>
      void turns.turn(cls, until).then((passed) => (passed ? left.push({ name, at: now }) : late.push(name))),
    run: async (ms: number, each: () => void = () => undefined) => {
      for (const end = now + ms; now < end;) {
        each();
        now += 1;
        await jest.advanceTimersByTimeAsync(1);
      }
    },
  };
}
const mostPerSecond = (left: readonly { at: number }[]) =>
  Math.max(...left.map(({ at: from }) => left.filter(({ at }) => at >= from && at < from + 1000).length));

describe('the calls of a phone number', () => {
  it('leave at once if no other came before', async () => {
    const { call, run, left } = pacedCalls(80);
    now = 5_000;
    call(0, 'a');
    await run(0);
    await Promise.resolve();
    expect(left).toEqual([{ name: 'a', at: 5_000 }]);
  });

  it('leave single sends first, even after those of campaigns came, each class in its order', async () => {
    const { call, run, names } = pacedCalls(10);
    for (const name of ['c1', 'c2', 'c3']) call(1, name);
    await run(1);
    for (const name of ['s1', 's2']) call(0, name);
    await run(1_000);
    expect(names()).toEqual(['c1', 's1', 's2', 'c2', 'c3']);
  });

  it.each([20, 80, 1000])(
    'use 95 %% of %i a second and never more than all, of both classes together',
    async (most) => {
      const { turns, call, run, left } = pacedCalls(most);
      await run(3_000, () => {
        for (const cls of [1, 0] as const)
          for (let room = turns.room(cls, now); room > 0; room -= 1) call(cls, `${cls}`);
      });
      expect(left.length).toBeGreaterThanOrEqual(0.95 * most * 3);
      expect(mostPerSecond(left)).toBeLessThanOrEqual(most);
    },
  );

  it('leave room for a single send while a campaign fills its own', async () => {
    const { turns, call, run } = pacedCalls(80);
    await run(500, () => {
      for (let room = turns.room(1, now); room > 0; room -= 1) call(1, 'c');
    });
    expect(turns.room(1, now)).toBe(0);
    expect(turns.room(0, now)).toBeGreaterThan(0);
    expect(turns.roomAt(0, now)).toBe(now);
    const at = turns.roomAt(1, now);
    expect(at).toBeGreaterThan(now);
    await run(Math.ceil(at - now));
    expect(turns.room(1, now)).toBeGreaterThan(0);
  });

  it('let a single send wait for one or two calls, however many of a campaign wait', async () => {
    const { turns, call, run, left } = pacedCalls(80);
    const asked: number[] = [];
    await run(3_000, () => {
      for (let room = turns.room(1, now); room > 0; room -= 1) call(1, 'c');
      if (now % 100 === 50) call(0, `s${asked.push(now) - 1}`);
    });
    const waits = left
      .filter(({ name }) => name.startsWith('s'))
      .map(({ name, at }) => at - asked[Number(name.slice(1))]!);
    expect(waits).toHaveLength(asked.length);
    expect(Math.max(...waits)).toBeLessThanOrEqual(2 * (1000 / 80));
  });

  it('give up a campaign send that cannot leave in time behind single sends', async () => {
    const { turns, call, run, names, late } = pacedCalls(20);
    await run(200, () => {
      while (turns.room(0, now) > 0) call(0, 's');
    });
    call(1, 'patient', now + 2_000);
    call(1, 'hasty', now + 300);
    await run(1_000, () => {
      while (turns.room(0, now) > 0) call(0, 's');
    });
    expect([late, names().includes('patient')]).toEqual([[], false]);
    await run(1_500);
    expect([late, names().includes('patient')]).toEqual([['hasty'], true]);
  });

  it('have no room during a pause', async () => {
    const { turns, pace, run } = pacedCalls(80);
    pace.refused(now);
    await run(999);
    expect([turns.room(0, now), turns.room(1, now), turns.roomAt(0, now)]).toEqual([0, 0, 1_000]);
    await run(1);
    expect(turns.room(0, now)).toBeGreaterThan(0);
  });
});
