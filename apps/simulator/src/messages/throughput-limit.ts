import type { Behaviour } from '../control/behaviour.js';
import { refuse } from '../graph/graph-error.js';
import type { PhoneNumber } from '../graph/nodes.js';
import { tokenBuckets } from '../graph/token-buckets.js';

// Meta, throughput: 80 messages a second, or 1,000.
const HIGH_THROUGHPUT = 1000 / 80;

export type ThroughputLimit = ReturnType<typeof openThroughputLimit>;

/** How many messages a second one number may send; 130429 beyond. */
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
