import { isOn, type Behaviour } from '../control/behaviour.js';
import { refuse } from '../graph/graph-error.js';
import { tokenBuckets } from '../graph/token-buckets.js';

// Meta's docs, throughput: 45 messages to one person at once, then one every 6 s.
const BURST = 45;
const PER_SECOND = 1 / 6;

export type PairLimit = ReturnType<typeof openPairLimit>;

/** Limits how often a phone number may write to a person: refuses with 131056, while `pairRate` is on. */
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
