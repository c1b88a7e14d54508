import { describe, expect, it } from '@jest/globals';
import type { WbizEvent } from '@wbiz/sdk/operations';
import { WbizError } from '@wbiz/sdk/wbiz-error';
import { readFeed, type FeedPage } from './feed-reader.js';

const page = (sequences: readonly number[], nextCursor: string): FeedPage => ({
  data: sequences.map((sequence) => ({ sequence }) as WbizEvent),
  nextCursor,
});
const refusal = (status: number, retryAfterMs?: number) =>
  new WbizError(`HTTP ${status}`, { code: 'http_error', status, retryAfterMs });

/** Logs what the reader does with these answers, one after another, until they are used up. */
async function reading(from: string | undefined, answers: readonly (FeedPage | WbizError)[]) {
  const ended = new AbortController();
  const log: unknown[] = [];
  const left = [...answers];
  await readFeed(from, {
    ask: ({ since, wait }) => {
      const answer = left.shift();
      if (!answer) {
        ended.abort();
        return Promise.reject(new Error('aborted'));
      }
      log.push(`ask ${since} ${wait}`);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    renewKey: () => log.push('renew'),
    onBeginning: (cursor) => log.push(`begin ${cursor}`),
    onPage: ({ data }) => log.push(data.map(({ sequence }) => sequence)),
    onState: (state) => log.push(state.is),
    pause: (ms) => {
      log.push(`pause ${ms}`);
      return Promise.resolve();
    },
    signal: ended.signal,
  });
  return log;
}

describe('the reader of the feed', () => {
  it('begins at the end, and goes on from cursor to cursor', async () => {
    const log = await reading(undefined, [page([], 'c1'), page([2, 3], 'c3'), page([], 'c3')]);
    const waited = ['ask c1 25', [2, 3], 'live', 'ask c3 25', 'live'];
    expect(log).toEqual(['ask now 25', 'begin c1', 'live', ...waited]);
  });

  it('goes on where another stopped', async () =>
    expect(await reading('c7', [page([8], 'c8')])).toEqual(['ask c7 25', [8], 'live']));

  it('backs off while it fails, heeds Retry-After, and asks without waiting until it is answered', async () => {
    const answers = [refusal(0), refusal(503, 4_000), refusal(502), page([2], 'c2'), page([3], 'c3')];
    expect(await reading('c1', answers)).toEqual([
      ...['ask c1 25', 'reconnecting', 'pause 500'],
      ...['ask c1 0', 'reconnecting', 'pause 4000'],
      ...['ask c1 0', 'reconnecting', 'pause 2000'],
      ...['ask c1 0', [2], 'live', 'ask c2 25', [3], 'live'],
    ]);
  });

  it('pauses for ten seconds at most', async () => {
    const log = await reading('c1', Array<WbizError>(9).fill(refusal(0)));
    expect(log.at(-1)).toBe('pause 10000');
  });

  it('has the key renewed when it is refused', async () =>
    expect(await reading('c1', [refusal(401), page([], 'c1')])).toEqual([
      ...['ask c1 25', 'renew', 'reconnecting', 'pause 500', 'ask c1 0', 'live'],
    ]));

  it.each([400, 410, 422])('begins anew when its cursor is refused with %d', async (status) =>
    expect(await reading('old', [refusal(status), page([], 'c9'), page([10], 'c10')])).toEqual([
      ...['ask old 25', 'ask now 25', 'begin c9', 'live', 'ask c9 25', [10], 'live'],
    ]),
  );

  it('says that it is behind while pages are full', async () => {
    const full = Array.from({ length: 200 }, (_, at) => at + 1);
    const log = await reading('c0', [page(full, 'c200'), page([], 'c200')]);
    expect(log.filter((line) => typeof line === 'string')).toEqual([
      ...['ask c0 25', 'behind', 'ask c200 25', 'live'],
    ]);
  });
});
