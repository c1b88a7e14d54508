import { expect, it } from '@jest/globals';
import { fingerprintOf, parseIdempotencyKey } from './idempotency-key.js';

it.each([
  ['bare', 'order-1043', 'order-1043'],
  ['quoted', '"order-1043"', 'order-1043'],
  ['quoted with escapes', '"a\\"b\\\\c"', 'a"b\\c'],
  ['with spaces inside', 'order 1043', 'order 1043'],
  ['with a quote that is not the first', 'it"s', 'it"s'],
  ['as long as may be', 'k'.repeat(255), 'k'.repeat(255)],
  ['as long as may be, quoted', `"${'k'.repeat(255)}"`, 'k'.repeat(255)],
])('reads a key %s', (_what, header, key) => expect(parseIdempotencyKey(header)).toBe(key));

it.each([
  ['empty', ''],
  ['empty in quotes', '""'],
  ['too long', 'k'.repeat(256)],
  ['too long in quotes', `"${'k'.repeat(256)}"`],
  ['not ASCII', 'bestellung-größe'],
  ['with a control character', 'a\tb'],
  ['with an open quote', '"abc'],
  ['with something behind the quote', '"abc"; a=1'],
])('refuses a key that is %s', (_what, header) =>
  expect(() => parseIdempotencyKey(header)).toThrow(
    expect.objectContaining({ code: 'invalid_idempotency_key' }),
  ),
);

it('takes bodies for the same whatever the order of their fields', () => {
  const same = fingerprintOf({ to: '+1', metadata: { a: '1', b: '2' } });
  expect(fingerprintOf({ metadata: { b: '2', a: '1' }, to: '+1' })).toEqual(same);
  expect(fingerprintOf({ to: '+1', metadata: { a: '2', b: '1' } })).not.toEqual(same);
  expect(fingerprintOf(['a', 'b'])).not.toEqual(fingerprintOf(['b', 'a']));
  expect(fingerprintOf(undefined)).toEqual(fingerprintOf(undefined));
  expect(fingerprintOf(undefined)).not.toEqual(fingerprintOf({}));
});
