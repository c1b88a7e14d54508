/** Of Meta's throughput, as messaging uses it. */
const SHARE = 0.98;

/** What bounds the pace of a run `u`: its own rate, its number's throughput, and how many campaigns share the number. */
export const PACES = `u.rate,
  coalesce((select throughput from campaigns.phone_numbers n
    where n.account_id = u.account_id and n.id = u.phone_number_id), 80) as throughput,
  (select count(*)::int from campaigns.runs o
    where o.phone_number_id = u.phone_number_id and o.status = 'running' and o.run <> u.run) as others`;
export type Paces = { readonly rate: number | null; readonly throughput: number; readonly others: number };

/** Sends a second. */
export const paceOf = ({ rate, throughput, others }: Paces): number =>
  Math.min(rate ?? Infinity, (throughput * SHARE) / (others + 1));

/** When so many sends will have been made; null where there are none. */
export const expectedEnd = (sends: number, paces: Paces): string | null =>
  sends > 0 ? new Date(Date.now() + Math.ceil((sends / paceOf(paces)) * 1_000)).toISOString() : null;
