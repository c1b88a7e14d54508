/** How many people an account may write templates to outside their windows in 24 hours (Meta, messaging-limits). */
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
 * When each person was written to last, the earliest first. Before `fullUntil` (unix ms) none of them falls out, so the
 * first is not looked for: in a Map, that takes long after many deletions.
 */
type Reached = { readonly people: Map<string, number>; fullUntil: number };

export type MessagingLimit = ReturnType<typeof openMessagingLimit>;

/** Whom each WABA has reached in the last 24 hours. At Meta the limit is of the business portfolio, here of a WABA. */
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
    /** Counts this person as written to, unless it is one too many; says whether it may be. `now` in unix ms. */
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
