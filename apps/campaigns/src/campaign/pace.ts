/** The share of a phone number's throughput at Meta that messaging uses for sends. */
export const SHARE = 0.98;

/**
 * SQL columns that bound the sends per second of a run (a row `l` of campaigns.runs): the campaign's own rate, its
 * phone number's throughput, and how many other running campaigns use that phone number.
 */
export const PACES = `l.rate,
  coalesce((select throughput from campaigns.phone_numbers n
    where n.account_id = l.account_id and n.id = l.phone_number_id), 80) as throughput,
  (select count(*)::int from campaigns.runs o
    where o.phone_number_id = l.phone_number_id and o.status = 'running' and o.run <> l.run) as others`;
export type Paces = { readonly rate: number | null; readonly throughput: number; readonly others: number };

/** The sends per second that a campaign is expected to reach. */
const paceOf = ({ rate, throughput, others }: Paces): number =>
  Math.min(rate ?? Infinity, (throughput * SHARE) / (others + 1));

/** When the last of `sends` sends is expected to leave (RFC 3339); null if `sends` is 0. */
export const expectedEnd = (sends: number, paces: Paces): string | null =>
  sends > 0 ? new Date(Date.now() + Math.ceil((sends / paceOf(paces)) * 1_000)).toISOString() : null;
