import { describe, expect, it } from '@jest/globals';
import { contactOf, type Row } from './map-columns.js';
import { lineNumbers } from './parse-csv.js';
import { runImport, type Progress } from './run-import.js';

const phoneOf = (index: number) => `+1415555${String(index).padStart(4, '0')}`;
const lines = (count: number) => Array.from({ length: count }, (_, index) => [phoneOf(index)]);

async function run(chunks: string[][][], skipped: readonly string[] = [], stopAfter = Infinity) {
  const posted: Row[][] = [];
  const told: Progress[] = [];
  const stopped = new AbortController();
  const running = runImport({
    eachChunk: async (onChunk) => {
      const numbered = lineNumbers();
      for (const [index, chunk] of chunks.entries())
        await onChunk(numbered(chunk), (index + 1) / chunks.length);
    },
    hasHeads: true,
    heads: ['Phone'],
    read: (cells) => contactOf(cells, ['phone'], []),
    post: (contacts) => {
      posted.push(contacts);
      if (posted.length >= stopAfter) stopped.abort(new Error('stopped'));
      const results = contacts.map(({ phone = null }, index) => {
        const isSkipped = skipped.includes(phone!);
        const result: 'skipped' | 'created' | 'updated' = isSkipped
          ? 'skipped'
          : index % 2
            ? 'updated'
            : 'created';
        return { index, phone, id: null, result, reason: isSkipped ? 'no' : null };
      });
      return Promise.resolve({ results });
    },
    onProgress: (progress) => told.push(progress),
    signal: stopped.signal,
  });
  return { running, posted, told };
}

describe('an import', () => {
  it('goes in the order of the file, as much at once as the API takes', async () => {
    const { running, posted, told } = await run([[['Phone'], ...lines(700)], lines(600)]);
    await running;
    expect(posted.map(({ length }) => length)).toEqual([500, 500, 300]);
    expect(posted.flat().map(({ phone }) => phone)).toEqual([...lines(700), ...lines(600)].flat());
    expect(told.at(-1)).toEqual({ share: 1, created: 650, updated: 650, failed: [] });
  });

  it('keeps what failed here and there, with why', async () => {
    const { running, posted, told } = await run(
      [[['Phone'], ['none'], [' '], ...lines(3), ['', 'x\ny\r\nz'], ['last']]],
      [phoneOf(1)],
    );
    await running;
    expect(posted.map(({ length }) => length)).toEqual([3]);
    expect(told.at(-1)!.failed).toEqual([
      { line: 2, cells: ['none'], reason: 'Phone is no phone number with its country code' },
      { line: 7, cells: ['', 'x\ny\r\nz'], reason: 'has no phone number' },
      { line: 10, cells: ['last'], reason: 'Phone is no phone number with its country code' },
      { line: 5, cells: [phoneOf(1)], reason: 'no' },
    ]);
  });

  it('ends where it is stopped, with what was done until then', async () => {
    const { running, posted, told } = await run([[['Phone'], ...lines(2_000)]], [], 2);
    await expect(running).rejects.toThrow('stopped');
    expect(posted).toHaveLength(2);
    expect(told.at(-1)).toMatchObject({ created: 500, updated: 500 });
  });
});
