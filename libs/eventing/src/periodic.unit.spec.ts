import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Periodic, type PeriodicOptions } from './periodic.js';

type Run = {
  readonly end: (found?: boolean) => void;
  readonly fail: (error: Error) => void;
  readonly stopping: AbortSignal;
};

/** A Periodic whose runs end when the test ends them. */
function periodic(more: Partial<PeriodicOptions> = {}) {
  const runs: Run[] = [];
  const logs: string[] = [];
  const nothing = () => undefined;
  const made = new Periodic({
    name: 'lamp: round',
    everyMs: 1_000,
    run: (stopping) =>
      new Promise<boolean | undefined>((resolve, reject) =>
        runs.push({ end: resolve, fail: reject, stopping }),
      ),
    logger: { debug: nothing, info: nothing, error: nothing, warn: (_, message) => void logs.push(message) },
    ...more,
  });
  return { periodic: made, runs, logs };
}
const settle = () => jest.advanceTimersByTimeAsync(0);

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('periodic work', () => {
  it('runs every so often, never two at a time', async () => {
    const { periodic: one, runs } = periodic();
    one.start();
    await jest.advanceTimersByTimeAsync(999);
    expect(runs).toHaveLength(0);
    await jest.advanceTimersByTimeAsync(3_001);
    expect(runs).toHaveLength(1);
    runs[0]!.end();
    await settle();
    expect(runs).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(runs).toHaveLength(2);
  });

  it('runs at once when woken, and once more for all that wake it meanwhile', async () => {
    const { periodic: one, runs } = periodic();
    for (let hint = 0; hint < 100; hint += 1) one.wake();
    expect(runs).toHaveLength(1);
    runs[0]!.end();
    await settle();
    expect(runs).toHaveLength(2);
    runs[1]!.end();
    await settle();
    expect(runs).toHaveLength(2);
  });

  it.each([0, 1, 2, 3, 4, 5])('misses no hint that comes %d turns after the end of a run', async (turns) => {
    const { periodic: one, runs } = periodic();
    one.wake();
    runs[0]!.end();
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    one.wake();
    await settle();
    expect(runs).toHaveLength(2);
  });

  it('logs a run that fails, and goes on', async () => {
    const { periodic: one, runs, logs } = periodic();
    one.start();
    one.wake();
    runs[0]!.fail(new Error('no connection'));
    await settle();
    expect(logs).toEqual(['lamp: round failed; trying again within 1 s']);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(runs).toHaveLength(2);
  });

  it('that is stopped awaits the run under way, tells it so, and begins none', async () => {
    const { periodic: one, runs } = periodic();
    one.start();
    one.wake();
    one.wake();
    let stopped = false;
    const stopping = one.stop().then(() => (stopped = true));
    await settle();
    expect([runs[0]!.stopping.aborted, stopped]).toEqual([true, false]);
    runs[0]!.end();
    await stopping;
    one.wake();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(runs).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('a poll', () => {
  const at: number[] = [];
  const finds = { something: false };
  const poll = (more: Partial<PeriodicOptions> = {}) =>
    periodic({
      restMs: 6_000,
      run: () => Promise.resolve(at.push(Date.now()) > 0 && finds.something),
      ...more,
    }).periodic;
  beforeEach(() => {
    jest.setSystemTime(0);
    at.length = 0;
    finds.something = false;
  });

  it('slows down while it finds nothing, and no further than it may', async () => {
    const one = poll();
    one.start();
    await jest.advanceTimersByTimeAsync(22_000);
    expect(at).toEqual([1_000, 2_000, 3_000, 5_000, 9_000, 15_000, 21_000]);
    await one.stop();
  });

  it('is quick again at once when it finds something, fails or is woken', async () => {
    const one = poll();
    one.start();
    await jest.advanceTimersByTimeAsync(8_999);
    finds.something = true;
    await jest.advanceTimersByTimeAsync(2_001);
    expect(at.slice(4)).toEqual([9_000, 10_000, 11_000]);
    finds.something = false;
    await jest.advanceTimersByTimeAsync(9_000);
    one.wake();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(at.slice(7)).toEqual([12_000, 13_000, 14_000, 16_000, 20_000, 20_000, 21_000]);
    await one.stop();
  });

  it('that fails does not slow down', async () => {
    const one = poll({ run: () => Promise.reject(new Error(String(at.push(Date.now())))) });
    one.start();
    await jest.advanceTimersByTimeAsync(5_500);
    expect(at).toEqual([1_000, 2_000, 3_000, 4_000, 5_000]);
    await one.stop();
  });
});
