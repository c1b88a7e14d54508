import type { Behaviour } from '../control/behaviour.js';
import { refuse } from '../graph/graph-error.js';
import type { PhoneNumber } from '../graph/nodes.js';
import { tokenBuckets } from '../graph/token-buckets.js';

// Meta's docs, throughput: 80 messages a second per phone number, or 1,000 at the level HIGH.
const HIGH_THROUGHPUT = 1000 / 80;

export type ThroughputLimit = ReturnType<typeof openThroughputLimit>;

/** Limits how many messages a second a phone number may send: refuses with 130429. */
export function openThroughputLimit(behaviour: Behaviour) {
  const numbers = tokenBuckets();
  return {
    check({ id, throughputLevel }: PhoneNumber) {
      const { throughputPerSecond } = behaviour.settings;
      const perSecond = throughputPerSecond * (throughputLevel === 'HIGH' ? HIGH_THROUGHPUT : 1);
      if (!numbers.take(id, Math.max(1, perSecond), perSecond)) throw refuse(130429);
    },
    clear: numbers.clear,
  };
}
