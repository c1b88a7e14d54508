import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FeedWatch, type FeedWatchOptions } from './feed.watch.js';

type Head = { account_id: string; sequence: string };

/** A FeedWatch whose feeds' last sequences the test sets; the test decides when each query is answered. */
function watched() {
  const heads = new Map<string, number>();
  const looks: { accounts: readonly string[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const faults: unknown[] = [];
  const stopping = new AbortController();
  const query = ({ values: [accounts] }: { values: [string[]] }) =>
    new Promise<{ rows: Head[] }>((resolve, reject) => {
      const answer = () =>
        resolve({
          rows: accounts.flatMap((id) =>
            heads.has(id) ? [{ account_id: id, sequence: String(heads.get(id)) }] : [],
          ),
        });
      looks.push({ accounts, answer, fail: reject });
    });
  const pool = { query } as unknown as FeedWatchOptions['pool'];
  const watch = new FeedWatch({ pool, stopping: stopping.signal, onFault: (error) => faults.push(error) });
  return { watch, heads, looks, faults, stopping };
}
/** Lets settled promises run their callbacks. */
const settle = () => jest.advanceTimersByTimeAsync(0);

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('a watch over the feed', () => {
  it('wakes the reads of an account once its feed has grown', async () => {
    const { watch, heads, looks } = watched();
    heads.set('acc_1', 5);
    const waiting = watch.beyond('acc_1', 5, 30_000);
    looks[0]!.answer();
    await settle();
    heads.set('acc_1', 6);
    watch.look();
    looks[1]!.answer();
    expect(await waiting).toBe(true);
  });

  it('notices events that came between the read and its first look', async () => {
    const { watch, heads, looks } = watched();
    heads.set('acc_1', 6);
    const waiting = watch.beyond('acc_1', 5, 30_000);
    looks[0]!.answer();
    expect(await waiting).toBe(true);
  });

  it('makes one query for all reads, and the next only after its answer', async () => {
    const { watch, heads, looks } = watched();
    const waiting = ['acc_1', 'acc_2', 'acc_2'].map((id) => watch.beyond(id, 0, 30_000));
    for (let prompt = 0; prompt < 100; prompt += 1) watch.look();
    expect(looks).toHaveLength(1);
    looks[0]!.answer();
    await settle();
    expect(looks).toHaveLength(2);
    expect(looks[1]!.accounts).toEqual(['acc_1', 'acc_2']);
    heads.set('acc_1', 1).set('acc_2', 1);
    looks[1]!.answer();
    expect(await Promise.all(waiting)).toEqual([true, true, true]);
    watch.look();
    expect(looks).toHaveLength(2);
  });

  it('notices new events without a notification, and after a failed look', async () => {
    const { watch, heads, looks, faults } = watched();
    const waiting = watch.beyond('acc_1', 0, 30_000);
    looks[0]!.fail(new Error('no connection'));
    await settle();
    expect(faults).toHaveLength(1);
    heads.set('acc_1', 1);
    await jest.advanceTimersByTimeAsync(1_000);
    looks[1]!.answer();
    expect(await waiting).toBe(true);
  });

  it('ends a read when its time is over, and then looks no more', async () => {
    const { watch, looks } = watched();
    const waiting = watch.beyond('acc_1', 0, 2_500);
    looks[0]!.answer();
    await jest.advanceTimersByTimeAsync(2_500);
    expect(await waiting).toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('ends all reads when the process stops, and takes none after that', async () => {
    const { watch, stopping } = watched();
    const waiting = [watch.beyond('acc_1', 0, 30_000), watch.beyond('acc_2', 0, 30_000)];
    stopping.abort();
    expect(await Promise.all(waiting)).toEqual([false, false]);
    expect(await watch.beyond('acc_3', 0, 30_000)).toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });
});
