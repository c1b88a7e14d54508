type Bucket = { tokens: number; at: number };

/** One token bucket per key: `capacity` tokens, `perSecond` added each second. `take` returns false if no token is left. */
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
