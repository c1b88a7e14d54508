import { describe, expect, it } from '@jest/globals';
import { decodeCursor, encodeCursor, pageOf } from './paging.js';

const ID = 'cnt_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E';
const TIME = '2026-11-22T10:15:30.000Z';

describe('a cursor', () => {
  it.each([
    ['id', ID],
    ['text', 'ह😀'],
    ['text', ''],
    ['time', TIME],
    ['time', '9999-12-31T23:59:59.999Z'],
    ['ms', 0],
    ['ms', 253_402_300_799_999],
    ['int', 2_147_483_647],
    ['bigint', Number.MAX_SAFE_INTEGER],
  ] as const)('brings back the %s %j', (kind, part) =>
    expect(decodeCursor(encodeCursor(part), kind)).toEqual([part]),
  );

  it('that was given out stays good', () => {
    const given = 'WyIyMDI2LTExLTIyVDEwOjE1OjMwLjAwMFoiLCJjbnRfMDFLOVpRNFQ2VjhYMFkyWjRBNkI4QzBEMkUiXQ';
    expect(encodeCursor(TIME, ID)).toBe(given);
    expect(decodeCursor(given, 'time', 'id')).toEqual([TIME, ID]);
  });

  it.each([
    ['id', '["cnt_1"]'],
    ['id', '["cnt_01K9ZQ4T6V8X0Y2Z4A6B8C0DIL"]'],
    ['id', '["cnt_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E\\n"]'],
    ['id', '[["cnt_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E"]]'],
    ['text', '["a\\u0000b"]'],
    ['text', '["\\ud83d"]'],
    ['text', '[7]'],
    ['text', '[null]'],
    ['time', '["2026-11-22"]'],
    ['time', '["2026-02-30T10:15:30.000Z"]'],
    ['time', '["1969-12-31T23:59:59.999Z"]'],
    ['time', '["+010000-01-01T00:00:00.000Z"]'],
    ['time', '["soon"]'],
    ['ms', '[253402300800000]'],
    ['ms', '["1"]'],
    ['int', '[2147483648]'],
    ['int', '[-1]'],
    ['int', '[1.5]'],
    ['int', '[1e999]'],
    ['int', '[null]'],
    ['bigint', '[9007199254740992]'],
    ['id', '{"0":"cnt_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E","length":1}'],
    ['int', '1'],
    ['int', '[]'],
    ['int', '[1,2]'],
    ['int', '['],
    ['int', ''],
  ] as const)('of one %s is not %s', (kind, text) => {
    const cursor = Buffer.from(text).toString('base64url');
    expect(decodeCursor(cursor, kind)).toBeUndefined();
    expect(() => pageOf({ cursor }, kind)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        details: [expect.objectContaining({ pointer: '?cursor' })],
      }),
    );
  });
});

describe('a page', () => {
  const all = [9, 8, 7, 6, 5].map((version) => ({ version }));
  const shown = (ask: { limit?: number; cursor?: string }) => {
    const { after, fetch, cut } = pageOf(ask, 'int');
    const rest = all.filter(({ version }) => version < (after[0] ?? Infinity));
    return cut(
      rest.slice(0, fetch),
      ({ version }) => [version],
      ({ version }) => `v${version}`,
    );
  };

  it('goes on behind the last row of the one before, until there is none', () => {
    const one = shown({ limit: 2 });
    const two = shown({ limit: 2, cursor: one.nextCursor! });
    const three = shown({ limit: 2, cursor: two.nextCursor! });
    expect([one.data, two.data, three]).toEqual([
      ['v9', 'v8'],
      ['v7', 'v6'],
      { data: ['v5'], nextCursor: null },
    ]);
  });

  it('is the last where it holds all', () => expect(shown({ limit: 5 }).nextCursor).toBeNull());

  it('has 50 rows unless told otherwise, and one more is fetched', () =>
    expect(pageOf({}, 'id').fetch).toBe(51));

  it('begins at the beginning without a cursor, whatever the parts of the key', () =>
    expect(pageOf({}, 'time', 'id').after).toEqual([undefined, undefined]));
});
