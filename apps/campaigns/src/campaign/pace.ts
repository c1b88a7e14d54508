/** The share of Meta's throughput that messaging uses. */
export const SHARE = 0.98;

/** Bounds on the pace of a run `l`: its own rate, its number's throughput, and how many campaigns share the number. */
export const PACES = `l.rate,
  coalesce((select throughput from campaigns.phone_numbers n
    where n.account_id = l.account_id and n.id = l.phone_number_id), 80) as throughput,
  (select count(*)::int from campaigns.runs o
    where o.phone_number_id = l.phone_number_id and o.status = 'running' and o.run <> l.run) as others`;
export type Paces = { readonly rate: number | null; readonly throughput: number; readonly others: number };

/** Sends per second. */
const paceOf = ({ rate, throughput, others }: Paces): number =>
  Math.min(rate ?? Infinity, (throughput * SHARE) / (others + 1));

/** The time by which `sends` will have left (RFC 3339); null for none. */
export const expectedEnd = (sends: number, paces: Paces): string | null =>
  sends > 0 ? new Date(Date.now() + Math.ceil((sends / paceOf(paces)) * 1_000)).toISOString() : null;
