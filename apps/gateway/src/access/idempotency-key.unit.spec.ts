import { expect, it } from '@jest/globals';
import { atPath, fingerprintOf, parseIdempotencyKey } from './idempotency-key.js';

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

it('tells one path of a route from another, and leaves the body as it is where a route has but one', () => {
  const body = fingerprintOf({ typing: true });
  expect(atPath({ id: 'a' }, body)).toEqual(atPath({ id: 'a' }, fingerprintOf({ typing: true })));
  const others = [
    atPath({ id: 'b' }, body),
    atPath({ id: 'a' }, fingerprintOf({ typing: false })),
    atPath({ id: 'a', part: 'b' }, body),
    body,
  ];
  for (const other of others) expect(atPath({ id: 'a' }, body)).not.toEqual(other);
  // Matches rows written before paths were part of the fingerprint.
  expect(atPath({}, body).toString('hex')).toBe(
    '8106dd2218034da9c3115edc91935f5dddd8034682bc26f8dfbe2d6bb946718f',
  );
});
