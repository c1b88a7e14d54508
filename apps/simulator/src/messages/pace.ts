type Bucket = { tokens: number; at: number };

/** Token buckets by key: `capacity` at most, refilled at `perSecond`. `take` says whether one was left. */
function buckets() {
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

// Meta's limits (throughput and messaging pages): 45 to one person at once, then one in 6 s; an active WABA may make
// 5,000 management calls and create 100 templates an hour.
const PAIR_BURST = 45;
const PAIR_PER_SECOND = 1 / 6;
const MANAGEMENT_PER_HOUR = 5_000;
const CREATIONS_PER_HOUR = 100;

export type Pace = ReturnType<typeof openPace>;

/** Who may call again yet: per number, per number and person, per WABA. */
export function openPace() {
  const numbers = buckets();
  const pairs = buckets();
  const wabas = buckets();
  const creations = buckets();
  return {
    number: (phoneNumberId: string, perSecond: number) =>
      numbers.take(phoneNumberId, Math.max(1, perSecond), perSecond),
    pair: (phoneNumberId: string, waId: string) =>
      pairs.take(`${phoneNumberId}:${waId}`, PAIR_BURST, PAIR_PER_SECOND),
    management: (wabaId: string) => wabas.take(wabaId, MANAGEMENT_PER_HOUR, MANAGEMENT_PER_HOUR / 3600),
    creation: (wabaId: string) => creations.take(wabaId, CREATIONS_PER_HOUR, CREATIONS_PER_HOUR / 3600),
    clear: () => [numbers, pairs, wabas, creations].forEach((all) => all.clear()),
  };
}
