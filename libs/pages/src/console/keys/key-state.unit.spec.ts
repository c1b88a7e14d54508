import { describe, expect, it } from '@jest/globals';
import { SCOPES } from '@wbiz/contracts/scopes';
import { expiryOf, isOpen, stateOf } from './key-state.js';
import { AREAS, scopesOf } from './scope-areas.js';

const NOW = Date.parse('2026-11-29T12:00:00Z');

it.each([
  ['works', { revokedAt: null, expiresAt: null }, true],
  ['works', { revokedAt: null, expiresAt: '2026-12-07T12:00:00Z' }, true],
  ['expires soon', { revokedAt: null, expiresAt: '2026-12-06T12:00:00Z' }, true],
  ['expired', { revokedAt: null, expiresAt: '2026-11-29T12:00:00Z' }, false],
  ['revoked', { revokedAt: '2026-11-29T11:00:00Z', expiresAt: '2026-12-30T12:00:00Z' }, false],
] as const)('is %s: %j', (state, key, open) => {
  expect(stateOf(key, NOW)).toBe(state);
  expect(isOpen(state)).toBe(open);
});

describe('an expiry', () => {
  it.each([
    ['never', '2026-12-31', undefined],
    ['date', '', undefined],
    ['30', '', '2026-12-29T12:00:00.000Z'],
    ['90', '', '2027-02-27T12:00:00.000Z'],
  ] as const)('chosen as %s is %s', (chosen, date, at) => expect(expiryOf(chosen, date, NOW)).toBe(at));

  it('on a date is the end of that day here', () => {
    const at = new Date(expiryOf('date', '2026-12-31', NOW)!);
    expect([at.getFullYear(), at.getMonth(), at.getDate(), at.getHours()]).toEqual([2026, 11, 31, 23]);
  });
});

it('has every scope in one area', () => {
  expect(AREAS.flatMap(scopesOf).sort()).toEqual([...SCOPES].sort());
});
