const GROWTH = 1.3;
const BUCKETS = 52;

/** The bucket of a duration. Each bucket is 30 % wider than the one before, so a percentile is accurate to about 15 %. */
export const bucketOf = (ms: number) =>
  Math.min(BUCKETS - 1, ms < 1 ? 0 : 1 + Math.floor(Math.log(ms) / Math.log(GROWTH)));

export const emptyBuckets = () => Array.from({ length: BUCKETS }, () => 0);

const middleOf = (bucket: number) => (bucket === 0 ? 0 : GROWTH ** (bucket - 0.5));

/** The duration in ms within which `share` (0 to 1) of all attempts ended; null without attempts. */
export function percentile(buckets: readonly number[], share: number): number | null {
  const total = buckets.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let seen = 0;
  const bucket = buckets.findIndex((count) => (seen += count) >= total * share);
  return Math.round(middleOf(bucket));
}
