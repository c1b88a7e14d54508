const GROWTH = 1.3;
const BUCKETS = 52;

/** The bucket of a duration: each is wider than the one before by 30 %, so a percentile is told to about 15 %. */
export const bucketOf = (ms: number) =>
  Math.min(BUCKETS - 1, ms < 1 ? 0 : 1 + Math.floor(Math.log(ms) / Math.log(GROWTH)));

export const emptyBuckets = () => Array.from({ length: BUCKETS }, () => 0);

const middleOf = (bucket: number) => (bucket === 0 ? 0 : GROWTH ** (bucket - 0.5));

/** The duration that a share of all attempts stayed within, in ms; null where there are none. */
export function percentile(buckets: readonly number[], share: number): number | null {
  const total = buckets.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let seen = 0;
  const bucket = buckets.findIndex((count) => (seen += count) >= total * share);
  return Math.round(middleOf(bucket));
}
