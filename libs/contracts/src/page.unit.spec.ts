import { expect, it } from '@jest/globals';
import { decodeCursor, encodeCursor } from './page.js';

it('gives back what it was made of', () => {
  for (const key of [[1], ['2026-11-22T10:00:00.000Z', 'vip'], ['प्रिय', 'q"\\']])
    expect(decodeCursor(encodeCursor(...key), key.length)).toEqual(key);
});

it.each([
  ['NUL', ['a\u0000', 1]],
  ['half a character', ['\ud83d', 1]],
  ['too few parts', ['a']],
  ['too many parts', ['a', 1, 2]],
  ['a part of another type', ['a', null]],
  ['an object', { 0: 'a', 1: 1, length: 2 }],
])('takes no cursor with %s', (_what, key) => {
  expect(decodeCursor(Buffer.from(JSON.stringify(key)).toString('base64url'), 2)).toBeUndefined();
});
