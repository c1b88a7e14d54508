import { expect, it } from '@jest/globals';
import { cutTo, lengthOf } from './characters.js';

it.each([
  ['', 0],
  ['abc', 3],
  ['😀😀', 2],
  ['a😀', 2],
  ['❤\ufe0f', 2],
  ['e\u0301', 2],
  ['👨‍👩‍👧', 5],
  ['\ud800a', 2],
])('%j has %d characters', (text, length) => expect(lengthOf(text)).toBe(length));

it.each([
  ['abc', 3, 'abc'],
  ['abc', 2, 'ab'],
  ['😀😀😀', 2, '😀😀'],
  ['a😀b', 2, 'a😀'],
])('%j cut to %d is %j', (text, max, kept) => expect(cutTo(text, max)).toBe(kept));
