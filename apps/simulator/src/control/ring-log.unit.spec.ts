import { describe, expect, it } from '@jest/globals';
import { parsePageRequest } from './page-request.js';
import { RingLog } from './ring-log.js';

const logOf = (rows: number, capacity = 5) => {
  const evicted: number[] = [];
  const log = new RingLog<{ at: number }>(capacity, ({ at }) => evicted.push(at));
  for (let at = 0; at < rows; at += 1) log.add({ at });
  return { log, evicted };
};
const all = () => true;
const at = (rows: readonly { at: number }[]) => rows.map((row) => row.at);

describe('RingLog', () => {
  it('keeps the newest rows in order and reports those that it drops', () => {
    const { log, evicted } = logOf(8);
    expect(at(log.page(parsePageRequest({}), all).data)).toEqual([3, 4, 5, 6, 7]);
    expect(evicted).toEqual([0, 1, 2]);
    expect(log.total).toBe(8);
    expect(log.get(2)).toBeUndefined();
    expect(log.get(3)).toEqual({ at: 3 });
  });

  it('pages without missing or repeating a row, also one added meanwhile', () => {
    const { log } = logOf(4, 10);
    const first = log.page(parsePageRequest({ limit: '3' }), all);
    log.add({ at: 4 });
    const second = log.page(parsePageRequest({ limit: '3', since: first.nextCursor! }), all);
    const third = log.page(parsePageRequest({ since: second.nextCursor! }), all);
    expect([at(first.data), at(second.data), at(third.data)]).toEqual([[0, 1, 2], [3, 4], []]);
    expect(third.nextCursor).toBeNull();
  });

  it('finds the newest row that matches', () => {
    const { log } = logOf(8);
    expect(log.findLast((row) => row.at < 6)).toEqual({ at: 5 });
    expect(log.findLast((row) => row.at < 3)).toBeUndefined();
  });
});

describe('parsePageRequest', () => {
  it.each([
    ['c12', { after: 12, from: 0 }],
    ['2026-11-22T00:00:00Z', { after: -1, from: 1795305600000 }],
    ['1795305600', { after: -1, from: 1795305600000 }],
    ['1795305600000', { after: -1, from: 1795305600000 }],
  ])('reads since=%s', (since, expected) => {
    expect(parsePageRequest({ since })).toEqual({ ...expected, limit: 1000 });
  });

  it.each([{ since: 'yesterday' }, { limit: '0' }, { limit: '1.5' }, { limit: '100001' }, { limit: 'x' }])(
    'refuses %j',
    (query) => {
      expect(() => parsePageRequest(query)).toThrow(Object.keys(query)[0]!);
    },
  );
});
