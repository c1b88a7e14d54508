import type { PhoneNumber } from '../graph/nodes.js';
import { isUserId } from '../graph/parameter.rules.js';
import { unixSeconds } from '../graph/times.js';
import { countryOf } from '../messages/calling-codes.js';
import type { MessageRow } from '../messages/message-log.js';

const HALF_HOUR_S = 1800;

const halfHourOf = (seconds: number) => seconds - (seconds % HALF_HOUR_S);

/** Status counts per half hour, phone number, country, category and template. */
export type Tally = {
  /** When the half hour began, in unix seconds. */
  readonly at: number;
  readonly wabaId: string;
  readonly phone: string;
  readonly country: string;
  /** In lower case, as in webhooks: `marketing`, `service`. */
  readonly category: string;
  readonly templateId: string | undefined;
  sent: number;
  delivered: number;
  read: number;
};

const isCounted = (status: string): status is 'sent' | 'delivered' | 'read' =>
  status === 'sent' || status === 'delivered' || status === 'read';

export type Insights = ReturnType<typeof openInsights>;

/** Counts statuses for Meta's analytics, in memory. A duplicated webhook is counted once. */
export function openInsights() {
  const tallies = new Map<string, Tally>();

  return {
    count(
      status: string,
      { waId, category, templateId }: MessageRow,
      { wabaId, digits: phone }: PhoneNumber,
    ) {
      if (!isCounted(status)) return;
      const at = halfHourOf(unixSeconds());
      const country = isUserId(waId) ? waId.slice(0, 2) : countryOf(waId);
      const key = `${at}:${phone}:${country}:${category}:${templateId ?? ''}`;
      let tally = tallies.get(key);
      if (tally === undefined)
        tallies.set(
          key,
          (tally = { at, wabaId, phone, country, category, templateId, sent: 0, delivered: 0, read: 0 }),
        );
      tally[status] += 1;
    },
    /** A WABA's tallies of the half hours from the one that holds `start` to the last that begins before `end` (unix seconds). */
    of: (wabaId: string, start: number, end: number) =>
      [...tallies.values()].filter(
        ({ wabaId: owner, at }) => owner === wabaId && at >= halfHourOf(start) && at < end,
      ),
    clear: () => tallies.clear(),
  };
}
