/** Rate and percentiles. `took`: milliseconds of each; `lastedMs`: of all together. */
export function timings(took, lastedMs) {
  const sorted = Float64Array.from(took).sort();
  const at = (share) => sorted[Math.ceil(share * sorted.length) - 1] ?? null;
  return {
    count: took.length,
    perSecond: (took.length / lastedMs) * 1_000,
    p50: at(0.5),
    p99: at(0.99),
  };
}
