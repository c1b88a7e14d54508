/** Most people whom an account may send templates to in 24 h without an open window (Meta's docs, messaging-limits). */
export const TIERS = {
  TIER_50: 50,
  TIER_250: 250,
  TIER_1K: 1_000,
  TIER_2K: 2_000,
  TIER_10K: 10_000,
  TIER_100K: 100_000,
  TIER_UNLIMITED: Infinity,
} as const;

export type Tier = keyof typeof TIERS;

const DAY = 24 * 3_600_000;

/**
 * When each person was last written to (unix ms), earliest first. The first entry, slow to find in a Map with many deletions,
 * is not looked for before `fullUntil` (unix ms): until then no entry is 24 hours old.
 */
type Reached = { readonly people: Map<string, number>; fullUntil: number };

export type MessagingLimit = ReturnType<typeof openMessagingLimit>;

/** Counts the people whom a WABA has written to in the last 24 hours. Meta counts per business portfolio, not per WABA. */
export function openMessagingLimit() {
  const byWaba = new Map<string, Reached>();

  const forgetTheEarliest = (reached: Reached, now: number) => {
    for (const [person, at] of reached.people) {
      reached.fullUntil = at + DAY;
      if (reached.fullUntil > now) return;
      reached.people.delete(person);
    }
  };

  return {
    /** Counts the person and returns true; returns false if the person would exceed the limit. `now`: unix ms. */
    reach(wabaId: string, person: string, limit: number, now = Date.now()): boolean {
      let reached = byWaba.get(wabaId);
      if (reached === undefined) byWaba.set(wabaId, (reached = { people: new Map(), fullUntil: 0 }));
      if (reached.fullUntil <= now) forgetTheEarliest(reached, now);
      const { people } = reached;
      if (people.size >= limit && !people.has(person)) return false;
      people.delete(person);
      people.set(person, now);
      return true;
    },
    clear: () => byWaba.clear(),
  };
}
