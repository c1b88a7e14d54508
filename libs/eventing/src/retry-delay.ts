/** Milliseconds to wait after the nth failure in a row: doubled each time, up to `longestMs`. */
export const retryDelay = (failures: number, firstMs: number, longestMs: number): number =>
  Math.min(firstMs * 2 ** (failures - 1), longestMs);

/** ± 20 %, so that what failed together is not retried together. */
export const jittered = (ms: number): number => ms * (0.8 + Math.random() * 0.4);
