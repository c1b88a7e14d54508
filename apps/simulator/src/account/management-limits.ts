import { isOn, type Behaviour } from '../control/behaviour.js';
import { refuse, templateFault } from '../graph/graph-error.js';
import type { Template } from '../graph/nodes.js';
import { unixSeconds } from '../graph/times.js';
import { tokenBuckets } from '../graph/token-buckets.js';

// Meta's limits of an active WABA.
const CALLS_PER_HOUR = 5_000;
const CREATIONS_PER_HOUR = 100;

const DAY_S = 86_400;
export const MOST_EDITS = 10;
/** How often an approved template may be edited. */
const EDITS = [
  { most: 1, seconds: DAY_S, text: 'once in 24 hours' },
  { most: MOST_EDITS, seconds: 30 * DAY_S, text: '10 times in 30 days' },
];

export type ManagementLimits = ReturnType<typeof openManagementLimits>;

/** Limits management calls and new templates per hour, and edits of approved templates, while `managementLimits` is on. */
export function openManagementLimits(behaviour: Behaviour) {
  const calls = tokenBuckets();
  const creations = tokenBuckets();
  const areOn = () => isOn(behaviour.settings.managementLimits);
  return {
    checkCall(wabaId: string) {
      if (areOn() && !calls.take(wabaId, CALLS_PER_HOUR, CALLS_PER_HOUR / 3600)) throw refuse(80007);
    },
    checkCreation(wabaId: string) {
      if (areOn() && !creations.take(wabaId, CREATIONS_PER_HOUR, CREATIONS_PER_HOUR / 3600))
        throw refuse(80007);
    },
    checkEdit({ edits = [] }: Template) {
      if (!areOn()) return;
      const now = unixSeconds();
      for (const { most, seconds, text } of EDITS)
        if (edits.filter((at) => now - at < seconds).length >= most)
          throw templateFault(
            2388124,
            'Message Template Edit Limit Reached',
            `An approved message template can only be edited ${text}.`,
          );
    },
    clear() {
      calls.clear();
      creations.clear();
    },
  };
}
