import { expect, it } from '@jest/globals';
import { faultOfFile, kindOfFile } from './uploads.js';

const MB = 1_048_576;
it.each([
  ['image/png', MB, 'image'],
  ['image/png', 6 * MB, 'document'],
  ['image/gif', MB, 'document'],
  ['image/webp', 1_000, 'sticker'],
  ['image/webp', MB, 'document'],
  ['video/mp4', 16 * MB, 'video'],
  ['audio/ogg; codecs=opus', MB, 'audio'],
  ['', MB, 'document'],
])('a file of type %j and %i bytes goes as %s', (type, size, kind) =>
  expect(kindOfFile({ type, size })).toBe(kind),
);

it.each([
  [0, 'The file is empty.'],
  [100 * MB, undefined],
  [100 * MB + 1, 'The file has 100.0 MB; WhatsApp takes at most 100.0 MB.'],
])('of %i bytes: %s', (size, fault) => expect(faultOfFile({ size })).toBe(fault));
