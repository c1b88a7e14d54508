import { describe, expect, it } from '@jest/globals';
import { Rejection } from '@wbiz/eventing/rejection';
import { encodeCursor } from '@wbiz/service-kit/paging';
import { feedCursor, sequenceIn } from './feed.cursor.js';

describe('a cursor of the feed', () => {
  it.each([0, 1, Number.MAX_SAFE_INTEGER])('brings back the sequence %d', (sequence) =>
    expect(sequenceIn(feedCursor(sequence))).toBe(sequence),
  );

  it.each([
    ['nothing', ''],
    ['a word', 'tomorrow'],
    ['another version', encodeCursor(2, 5)],
    ['a text', encodeCursor(1, '5')],
    ['a fraction', encodeCursor(1, 1.5)],
    ['a negative number', encodeCursor(1, -1)],
    ['one part', encodeCursor(1)],
    ['three parts', encodeCursor(1, 2, 3)],
    ['the cursor of a list', encodeCursor('tpl_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E')],
  ])('is refused when it is %s', (_what, since) => {
    expect(() => sequenceIn(since)).toThrow(Rejection);
    expect(() => sequenceIn(since)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        details: [expect.objectContaining({ pointer: '?since' })],
      }),
    );
  });
});
