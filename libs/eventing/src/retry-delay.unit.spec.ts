import { expect, it } from '@jest/globals';
import { jittered, retryDelay } from './retry-delay.js';

it.each([
  [1, 1_000],
  [2, 2_000],
  [4, 8_000],
  [7, 60_000],
  [5_000, 60_000],
])('after failure %d waits %d ms', (failures, ms) => {
  expect(retryDelay(failures, 1_000, 60_000)).toBe(ms);
});

it('spreads by a fifth either way', () => {
  const spread = Array.from({ length: 1_000 }, () => jittered(100));
  expect(Math.min(...spread)).toBeGreaterThanOrEqual(80);
  expect(Math.max(...spread)).toBeLessThanOrEqual(120);
  expect(new Set(spread).size).toBeGreaterThan(100);
});
