import { expect, it } from '@jest/globals';
import { microBatch } from './micro-batch.js';

const refused = (code: string) => Object.assign(new Error(code), { code });
const numbers = Array.from({ length: 200 }, (_, n) => n);

/** A batch that contains one of `bad` fails with `code`; `sizes` lists the sizes of the batches run. */
function failing(code: string, bad: readonly number[], lanes = 1) {
  const sizes: number[] = [];
  const call = microBatch(
    async (items: readonly number[]) => {
      sizes.push(items.length);
      if (items.some((item) => bad.includes(item))) throw refused(code);
      return items;
    },
    { lanes },
  );
  return { call, sizes };
}
const rejected = async (call: (n: number) => Promise<number>) =>
  (await Promise.allSettled(numbers.map(call))).flatMap(({ status }, n) =>
    status === 'rejected' ? [n] : [],
  );

it('takes what waits in one run', async () => {
  const { call, sizes } = failing('', []);
  expect(await rejected(call)).toEqual([]);
  expect(sizes).toEqual([200]);
});

it.each([
  ['one', [77], 17],
  ['the first', [0], 17],
  ['two', [3, 150], 32],
])('finds what a batch fails by in few runs: %s', async (_, bad, most) => {
  const { call, sizes } = failing('54000', bad, 2);
  expect(await rejected(call)).toEqual(bad);
  expect(sizes.length).toBeLessThanOrEqual(most);
});

it('fails all at once when the connection is lost', async () => {
  const { call, sizes } = failing('57P01', [77]);
  expect(await rejected(call)).toEqual(numbers);
  expect(sizes).toEqual([200]);
});

it('runs each alone after a timeout, and the others do not wait for the one that is slow', async () => {
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  let slowRuns = 0;
  const call = microBatch(
    async (items: readonly number[]) => {
      if (!items.includes(0)) return items;
      slowRuns += 1;
      if (items.length === 1) await over;
      throw refused('57014');
    },
    { lanes: 2 },
  );
  const [slow, ...others] = numbers.map(call);
  expect(await Promise.all(others)).toEqual(numbers.slice(1));
  end();
  await expect(slow).rejects.toMatchObject({ code: '57014' });
  expect(slowRuns).toBe(2);
});
