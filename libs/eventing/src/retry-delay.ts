/** Milliseconds to wait after `failures` failures in a row: `firstMs` after one, then doubled, up to `longestMs`. */
export const retryDelay = (failures: number, firstMs: number, longestMs: number): number =>
  Math.min(firstMs * 2 ** (failures - 1), longestMs);

/** Varies a delay by ± 20 %, so that calls that failed together are not retried together. */
export const jittered = (ms: number): number => ms * (0.8 + Math.random() * 0.4);
