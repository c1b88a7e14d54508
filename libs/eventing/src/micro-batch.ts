import { divisionAfter } from './fault.js';

type Waiting<Item, Result> = {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Gathers simultaneous calls into one call of `run`, which returns one result (or Error) per item, in order. At most
 * `lanes` runs are under way; later calls form the next batch, so batches grow with load and a lone call waits only for
 * the current turn of the event loop. A failed batch is divided until only the items that cause the fault fail
 * ({@link divisionAfter}); a `run` that throws must have had no effect.
 */
export function microBatch<Item, Result>(
  run: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>,
  { max = 200, lanes = 1 }: { max?: number; lanes?: number } = {},
): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  const parts: Waiting<Item, Result>[][] = [];
  let running = 0;
  let scheduled = false;

  const schedule = () => {
    if (scheduled || running >= lanes || waiting.length + parts.length === 0) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      void flush();
    });
  };

  const flush = async () => {
    const batch = parts.shift() ?? waiting.splice(0, max);
    running += 1;
    schedule();
    try {
      const results = await run(batch.map(({ item }) => item));
      batch.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result instanceof Error) reject(result);
        else resolve(result as Result);
      });
    } catch (error) {
      const division = batch.length > 1 ? divisionAfter(error) : 'none';
      if (division === 'none') batch.forEach(({ reject }) => reject(error));
      else parts.push(...partsOf(batch, division === 'singles' ? 1 : Math.ceil(batch.length / 2)));
    } finally {
      running -= 1;
      schedule();
    }
  };

  return (item) =>
    new Promise<Result>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
}

const partsOf = <T>(batch: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(batch.length / size) }, (_, n) => batch.slice(n * size, (n + 1) * size));
