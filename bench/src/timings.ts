/** Figures of `count` operations; `p50` and `p99` in ms, null if there was no operation. */
export type Timings = {
  readonly count: number;
  readonly perSecond: number;
  readonly p50: number | null;
  readonly p99: number | null;
};

/** Rate and percentiles of operations. `took`: ms that each took; `lastedMs`: ms from the first's begin to the last's end. */
export function timings(took: readonly number[], lastedMs: number): Timings {
  const sorted = Float64Array.from(took).sort();
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? null;
  return {
    count: took.length,
    perSecond: (took.length / lastedMs) * 1_000,
    p50: at(0.5),
    p99: at(0.99),
  };
}
