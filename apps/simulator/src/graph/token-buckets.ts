type Bucket = { tokens: number; at: number };

/** Token buckets by key: `capacity` at most, refilled at `perSecond`. `take` says whether one was left. */
export function tokenBuckets() {
  const known = new Map<string, Bucket>();
  return {
    take(key: string, capacity: number, perSecond: number): boolean {
      const now = performance.now();
      let bucket = known.get(key);
      if (bucket === undefined) known.set(key, (bucket = { tokens: capacity, at: now }));
      bucket.tokens = Math.min(capacity, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
      bucket.at = now;
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
    clear: () => known.clear(),
  };
}
