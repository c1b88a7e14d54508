import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DueWork, type DueWorkOptions } from './due-work.js';

type Work = {
  readonly end: () => void;
  readonly fail: (error: Error) => void;
  readonly stopping: AbortSignal;
};

/** Starts due work on the items of a list; the test ends the work on each item. */
function dueWork(more: Partial<DueWorkOptions<string>> = {}) {
  const due: string[] = [];
  const rooms: number[] = [];
  const work = new Map<string, Work>();
  const failures: unknown[] = [];
  const logs: string[] = [];
  const log = (_: object, message: string) => void logs.push(message);
  const made = new DueWork<string>({
    name: 'parcel',
    lookEveryMs: 1_000,
    atOnce: 2,
    claim: (room) => {
      rooms.push(room);
      return Promise.resolve(due.splice(0, room));
    },
    work: (item, stopping) =>
      new Promise<void>((resolve, reject) => work.set(item, { end: resolve, fail: reject, stopping })),
    failed: (item, error) => {
      failures.push([item, error]);
      return Promise.resolve(2_000);
    },
    fields: (item) => ({ item }),
    logger: { debug: log, info: log, warn: log, error: log },
    ...more,
  });
  return { made, due, rooms, work, failures, logs, begun: () => [...work.keys()] };
}
const settle = () => jest.advanceTimersByTimeAsync(0);
const late = new Error('too late');

beforeEach(() => void jest.useFakeTimers({ now: 0 }));
afterEach(() => void jest.useRealTimers());

describe('work that is due', () => {
  it('is found without a hint, and after a look that failed', async () => {
    let calls = 0;
    const claim = () =>
      (calls += 1) === 1 ? Promise.reject(new Error('no connection')) : Promise.resolve(['a']);
    const { made, begun, logs } = dueWork({ claim });
    made.start();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(logs).toEqual(['parcel: claim failed; trying again within 1 s']);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(begun()).toEqual(['a']);
  });

  it('is worked on so many side by side, and the next when one ends', async () => {
    const { made, due, work, rooms, begun } = dueWork();
    due.push('a', 'b', 'c', 'd');
    made.wake();
    await settle();
    expect(begun()).toEqual(['a', 'b']);
    made.wake();
    await settle();
    expect(rooms).toEqual([2]);
    work.get('b')!.end();
    await settle();
    expect(begun()).toEqual(['a', 'b', 'c']);
    work.get('a')!.fail(late);
    await settle();
    expect(begun()).toEqual(['a', 'b', 'c', 'd']);
    expect(rooms).toEqual([2, 1, 1]);
  });

  it('is not looked for when one ends that was all there was', async () => {
    const { made, due, work, rooms } = dueWork();
    due.push('a');
    made.wake();
    await settle();
    work.get('a')!.end();
    await settle();
    expect(rooms).toEqual([2]);
  });

  it('is claimed at once into room that comes free during a claim', async () => {
    const answers: ((items: string[]) => void)[] = [];
    const { made, work, begun } = dueWork({
      claim: () => new Promise<string[]>((resolve) => answers.push(resolve)),
    });
    made.wake();
    answers[0]!(['a']);
    await settle();
    made.wake();
    work.get('a')!.end();
    await settle();
    answers[1]!(['b']);
    await settle();
    answers[2]!(['c']);
    await settle();
    expect(begun()).toEqual(['a', 'b', 'c']);
  });
});

describe('a look at rest', () => {
  const at: number[] = [];
  const resting = (more: Partial<DueWorkOptions<string>> = {}) => {
    at.length = 0;
    const it = dueWork(more);
    const claim = (room: number) => {
      at.push(Date.now());
      return Promise.resolve(it.due.splice(0, room));
    };
    return { ...it, claim };
  };

  it('comes ever later, and every 5 s at last', async () => {
    const { claim } = resting();
    const { made } = dueWork({ claim });
    made.start();
    await jest.advanceTimersByTimeAsync(25_000);
    expect(at).toEqual([1_000, 2_000, 3_000, 5_000, 9_000, 14_000, 19_000, 24_000]);
    await made.stop();
  });

  it('there is none while something is under way', async () => {
    const { claim, due } = resting();
    const { made, work } = dueWork({ claim });
    made.start();
    due.push('a');
    await jest.advanceTimersByTimeAsync(10_500);
    expect(at).toHaveLength(10);
    work.get('a')!.end();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(at.at(-1)).toBe(11_000);
    await made.stop();
  });

  it.each([
    [7_000, 1_000],
    [59_000, 1_000],
    [61_000, 5_000],
  ])('finds what failed here and is due again in %d ms at most %d ms late', async (retryMs, lateMs) => {
    const { claim, due } = resting();
    const { made, work } = dueWork({ claim, failed: () => Promise.resolve(retryMs) });
    made.start();
    due.push('a');
    await jest.advanceTimersByTimeAsync(1_500);
    work.get('a')!.fail(late);
    await jest.advanceTimersByTimeAsync(retryMs);
    due.push('again');
    await jest.advanceTimersByTimeAsync(lateMs);
    expect([...work.keys()]).toEqual(['a', 'again']);
    work.get('again')!.end();
    await made.stop();
  });
});

describe('what fails', () => {
  it.each([
    [2_000, 'parcel: attempt failed; retrying in 2 s'],
    [1_234.5, 'parcel: attempt failed; retrying in 1.2 s'],
    [null, 'parcel: attempt failed; not retried'],
  ])('is put off by its owner by %p ms, and logged', async (retryMs, line) => {
    const asked: unknown[] = [];
    const { made, due, work, logs } = dueWork({
      failed: (item, error) => {
        asked.push([item, error]);
        return Promise.resolve(retryMs);
      },
    });
    due.push('a');
    made.wake();
    await settle();
    work.get('a')!.fail(late);
    await settle();
    expect(asked).toEqual([['a', late]]);
    expect(logs).toEqual([line]);
  });

  it('and cannot be put off waits for the end of its lease', async () => {
    const { made, due, work, logs } = dueWork({ failed: () => Promise.reject(new Error('no connection')) });
    due.push('a');
    made.wake();
    await settle();
    work.get('a')!.fail(late);
    await settle();
    expect(logs).toEqual([
      'parcel: attempt failed, and that was not stored; the item is due again when its lease expires, unless another replica has it',
    ]);
    await made.stop();
  });
});

describe('a lease', () => {
  it('is renewed while its item is worked on, and not once that has failed', async () => {
    const renewed: string[] = [];
    const storing = Promise.withResolvers<number>();
    const { made, due, work, logs } = dueWork({
      renew: (item) => {
        renewed.push(item);
        return item === 'a' ? Promise.reject(new Error('it was lost')) : Promise.resolve();
      },
      failed: () => storing.promise,
    });
    made.start();
    due.push('a', 'b');
    made.wake();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(renewed).toEqual(['a', 'b']);
    expect(logs).toEqual(['parcel: lease renewal failed; trying again within 10 s']);
    work.get('a')!.fail(late);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(renewed).toEqual(['a', 'b', 'b']);
    work.get('b')!.end();
    storing.resolve(1_000);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(renewed).toHaveLength(3);
  });
});

describe('a stop', () => {
  it('claims nothing more, and lets the work under way end, its lease renewed', async () => {
    const renewed: string[] = [];
    const { made, due, work, rooms } = dueWork({
      atOnce: 1,
      renew: (item) => Promise.resolve(void renewed.push(item)),
    });
    made.start();
    due.push('a', 'b');
    made.wake();
    await settle();
    let stopped = false;
    const stopping = made.stop().then(() => (stopped = true));
    await jest.advanceTimersByTimeAsync(20_000);
    expect([stopped, renewed]).toEqual([false, ['a', 'a']]);
    work.get('a')!.end();
    await stopping;
    made.wake();
    await settle();
    expect(rooms).toEqual([1]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('that comes during a claim lets what that takes end, and claims nothing after it', async () => {
    const answers: ((items: string[]) => void)[] = [];
    const { made, work } = dueWork({
      claim: () => new Promise<string[]>((resolve) => answers.push(resolve)),
    });
    made.wake();
    answers[0]!(['a']);
    await settle();
    made.wake();
    work.get('a')!.end();
    await settle();
    const stopped = made.stop();
    answers[1]!(['b']);
    await settle();
    work.get('b')!.end();
    await stopped;
    expect(answers).toHaveLength(2);
  });

  it('gives back the leases of work that breaks off, and of work that does not within a second', async () => {
    const released: string[] = [];
    const { made, due, work, failures, logs } = dueWork({
      release: (item) => Promise.resolve(void released.push(item)),
    });
    due.push('heeds', 'hangs');
    made.wake();
    await settle();
    const { stopping } = work.get('heeds')!;
    stopping.addEventListener('abort', () => work.get('heeds')!.fail(stopping.reason as Error));
    const stopped = made.stop();
    await jest.advanceTimersByTimeAsync(999);
    expect(released).toEqual(['heeds']);
    await jest.advanceTimersByTimeAsync(1);
    await stopped;
    expect(released).toEqual(['heeds', 'hangs']);
    expect([failures, logs]).toEqual([[], []]);
    expect(jest.getTimerCount()).toBe(0);
  });
});
