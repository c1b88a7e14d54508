import { expect, it } from '@jest/globals';
import { doneOf, partsOf, pathOf, pointsOf, thinned, ticksFor, type Point } from './progress.js';

const point = (second: number, sent: number): Point => ({
  at: `2026-11-29T10:00:${String(second).padStart(2, '0')}.000Z`,
  counts: { total: 10, queued: 10 - sent, sent, delivered: 0, read: 0, failed: 0, skipped: 0, held: 0 },
});

it('points of several sources are in order of time, and of one time the later source’s', () =>
  expect(
    pointsOf([point(3, 3), point(1, 1)], [point(2, 2), point(3, 4)]).map(({ counts }) => counts.sent),
  ).toEqual([1, 2, 4]));

it.each([
  [3, [0, 1, 2]],
  [2, [0, 2]],
  [9, [0, 1, 2]],
])('at most %i points are left, with the first and the last', (most, kept) => {
  const points = [point(0, 0), point(1, 1), point(2, 2)];
  expect(thinned(points, most).map(({ counts }) => counts.sent)).toEqual(kept);
});

it.each<[string, Point[], string]>([
  ['nothing', [], ''],
  ['one point', [point(0, 5)], 'M0 50'],
  ['a way from the left to the right', [point(0, 0), point(5, 5), point(10, 10)], 'M0 100L50 50L100 0'],
])('%s is drawn within its field', (_, points, path) =>
  expect(pathOf(points, 'sent', { width: 100, height: 100, most: 10 })).toBe(path),
);

it.each([
  [1, [0, 1]],
  [2, [0, 1, 2]],
  [3, [0, 1, 2, 3]],
  [5, [0, 1, 2, 3, 4, 5]],
  [7, [0, 2, 4, 6, 8]],
  [10, [0, 2, 4, 6, 8, 10]],
  [99, [0, 20, 40, 60, 80, 100]],
  [100, [0, 20, 40, 60, 80, 100]],
  [12_345, [0, 5_000, 10_000, 15_000]],
])('the axis up to %i has the ticks %j', (most, ticks) => expect(ticksFor(most)).toEqual(ticks));

it('every axis begins at 0, reaches its maximum within its last step, and is whole and even', () => {
  for (const most of [...Array.from({ length: 1_000 }, (_, nth) => nth + 1), 99_999, 1_000_001, 3_000_000]) {
    const ticks = ticksFor(most);
    const step = ticks[1]!;
    expect(ticks).toEqual(ticks.map((_, nth) => nth * step));
    expect([most, Number.isInteger(step), ticks.length <= 6]).toEqual([most, true, true]);
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(most);
    expect(ticks.at(-2)).toBeLessThan(most);
  }
});

it('the parts of a bar add up to the whole', () => {
  const counts = {
    total: 200,
    queued: 40,
    sent: 140,
    delivered: 120,
    read: 50,
    failed: 15,
    skipped: 5,
    held: 3,
  };
  expect(partsOf(counts).map(({ name, count }) => `${count} ${name}`)).toEqual([
    '50 read',
    '70 delivered',
    '20 sent',
    '15 failed',
    '5 skipped',
    '40 queued',
  ]);
  expect(doneOf(counts)).toBe(160);
});
