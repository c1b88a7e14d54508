import { expect, it } from '@jest/globals';
import { serviceWindow } from './service-window.js';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();

it.each([
  [null, 'closed', 'not open: the person has not written yet', 'Templates only'],
  [at(-1), 'closed', 'closed', 'Templates only'],
  [at(0), 'closed', 'closed', 'Templates only'],
  [at(0.5), 'closing', 'closes in 1 min', '1 min left'],
  [at(60), 'closing', 'closes in 60 min', '60 min left'],
  [at(61), 'open', 'open for 1 h 1 min', '1 h left'],
  [at(23 * 60 + 59), 'open', 'open for 23 h 59 min', '23 h left'],
])('a window until %s is %s', (expiresAt, state, text, short) => {
  expect(serviceWindow(expiresAt, NOW)).toEqual({ state, text, short });
});
