import { isOn, type Behaviour } from '../control/behaviour.js';
import { refuse } from '../graph/graph-error.js';
import { tokenBuckets } from '../graph/token-buckets.js';

// Meta, throughput: 45 messages to one person at once, then one in 6 s.
const BURST = 45;
const PER_SECOND = 1 / 6;

export type PairLimit = ReturnType<typeof openPairLimit>;

/** How often one number may write to one person; 131056 beyond, while `pairRate` is on. */
export function openPairLimit(behaviour: Behaviour) {
  const pairs = tokenBuckets();
  return {
    check(phoneNumberId: string, waId: string) {
      if (isOn(behaviour.settings.pairRate) && !pairs.take(`${phoneNumberId}:${waId}`, BURST, PER_SECOND))
        throw refuse(131056);
    },
    clear: pairs.clear,
  };
}
