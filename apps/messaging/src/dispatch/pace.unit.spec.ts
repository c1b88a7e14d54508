import { describe, expect, it } from '@jest/globals';
import { NumberPace, PairPace, UNSAVED_DEBT_MS } from './pace.js';

/** Calls as fast as the pace allows for `ms`; returns when each call left. */
function run(pace: NumberPace, ms: number, { from = 0, stalls = [] as readonly [number, number][] } = {}) {
  const left: number[] = [];
  for (let now = from; now < from + ms; now += 5) {
    if (stalls.some(([begin, end]) => now >= begin && now < end)) continue;
    for (let room = pace.room(now); room > 0; room -= 1) left.push(pace.take(now));
  }
  return left.sort((a, b) => a - b);
}
const mostPerSecond = (left: readonly number[]) =>
  Math.max(...left.map((from) => left.filter((at) => at >= from && at < from + 1000).length));

describe("a phone number's pace", () => {
  it.each([1, 20, 80, 1000])('uses 95 %% of %i a second and never more than all', (throughput) => {
    const left = run(new NumberPace(throughput), 10_000);
    expect(left.length).toBeGreaterThanOrEqual(0.95 * throughput * 10);
    expect(mostPerSecond(left)).toBeLessThanOrEqual(throughput);
  });

  it('lets a lone call leave at once', () => {
    const pace = new NumberPace(80);
    run(pace, 500);
    expect(pace.take(5_000)).toBe(5_000);
  });

  it('catches up with a stall of 100 ms, not with one of a second', () => {
    const stalls = [
      [2_000, 2_100],
      [5_000, 6_000],
    ] as const;
    const left = run(new NumberPace(100), 10_000, { stalls: stalls.map(([a, b]) => [a, b]) });
    expect(left.length).toBeGreaterThan(0.97 * 100 * 9);
    expect(left.length).toBeLessThan(0.98 * 100 * 9.5);
  });

  it('follows a throughput that was raised', () => {
    const pace = new NumberPace(80);
    run(pace, 1_000);
    pace.throughput = 1000;
    expect(run(pace, 1_000, { from: 1_000 }).length).toBeGreaterThan(950);
  });

  it('pauses where Meta asks for it, twice as long each time in a row', () => {
    const pace = new NumberPace(80);
    pace.refused(0);
    pace.refused(10); // the refusal of a call that was already in flight
    expect([pace.room(999), pace.roomAt(0)]).toEqual([0, 1_000]);
    expect(pace.room(1_000)).toBeGreaterThan(0);
    pace.refused(1_000);
    expect([pace.room(2_999), pace.roomAt(1_000)]).toEqual([0, 3_000]);
    pace.passed();
    pace.refused(3_000);
    expect(pace.roomAt(3_000)).toBe(4_000);
  });
});

describe('the pace of a pair', () => {
  const send = (pace: PairPace, now: number, most = Infinity) => {
    let sent = 0;
    for (; sent < most && !pace.heldBack(now).includes('cnv'); sent += 1) pace.take('cnv', now);
    return sent;
  };
  const LATER = 50_000;

  it('is a burst, then one in six seconds', () => {
    const pace = new PairPace(0, []);
    expect(send(pace, LATER)).toBe(44);
    expect(send(pace, LATER + 6_000)).toBe(0);
    expect(send(pace, LATER + 6_031)).toBe(1);
    expect(send(pace, LATER + 60 * 6_031)).toBe(44);
  });

  it('says when the next person may be written to again', () => {
    const pace = new PairPace(0, []);
    expect(pace.freeAt).toBe(Infinity);
    send(pace, LATER);
    expect(pace.freeAt).toBeCloseTo(LATER + 6_030, 0);
  });

  it('starts from the saved debts, and takes the largest unsaved debt for everybody else', () => {
    expect(send(new PairPace(0, [], UNSAVED_DEBT_MS), 0)).toBe(39);
    expect(send(new PairPace(0, [['cnv', 43 * 6_030]], UNSAVED_DEBT_MS), 0)).toBe(1);
  });

  it('gives the debt that is to be saved', () => {
    const pace = new PairPace(0, []);
    send(pace, LATER, 5);
    expect(pace.debtWith('cnv', LATER)).toBeGreaterThan(UNSAVED_DEBT_MS);
    expect(pace.debtWith('other', LATER)).toBeLessThan(UNSAVED_DEBT_MS);
  });
});
