import { describe, expect, it } from '@jest/globals';
import { openMessagingLimit } from './messaging-limit.js';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-22T10:00:00Z');

function accountThatReaches(limit: number) {
  const messagingLimit = openMessagingLimit();
  return {
    reach: (person: string, afterHours = 0, wabaId = '1') =>
      messagingLimit.reach(wabaId, person, limit, NOW + afterHours * HOUR),
    clear: messagingLimit.clear,
  };
}

describe('the messaging limit', () => {
  it('lets no further person be reached, but those again that were', () => {
    const { reach } = accountThatReaches(2);
    expect(['asha', 'ravi', 'asha', 'mina', 'ravi'].map((person) => reach(person))).toEqual([
      true,
      true,
      true,
      false,
      true,
    ]);
  });

  it('counts a person until 24 hours after the last template', () => {
    const { reach } = accountThatReaches(2);
    reach('asha');
    reach('ravi', 1);
    expect(reach('asha', 23)).toBe(true);
    expect(reach('mina', 24.9)).toBe(false);
    expect(reach('mina', 25)).toBe(true);
    expect(reach('ravi', 46.9)).toBe(false);
    expect(reach('ravi', 47)).toBe(true);
  });

  it('is each account’s own, and begins anew when cleared', () => {
    const { reach, clear } = accountThatReaches(1);
    expect([reach('asha'), reach('ravi'), reach('ravi', 0, '2')]).toEqual([true, false, true]);
    clear();
    expect(reach('ravi')).toBe(true);
  });

  it('costs no more when the same people are reached in turn', () => {
    const { reach } = accountThatReaches(100_000);
    const people = Array.from({ length: 100_000 }, (_, index) => `91889933${index}`);
    people.forEach((person) => reach(person));
    const start = performance.now();
    people.forEach((person) => reach(person, 1));
    people.forEach((person) => reach(`not ${person}`, 1));
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
