import type { Pool, PoolClient } from 'pg';
import type { Lease } from './dispatch-leases.js';
import { PairPace, UNSAVED_DEBT_MS } from './pace.js';

/** Loads the pair limits of a phone number, with the debts that earlier holders of the number's lease stored. */
export async function loadPairs(pool: Pool, { phoneNumberId, idleMs }: Lease): Promise<PairPace> {
  const { rows } = await pool.query<{ id: string; debt_ms: number }>(
    `with paid as (delete from messaging.pair_debts where phone_number_id = $1 and paid_at <= now())
     select conversation_id as id, extract(epoch from paid_at - now())::float8 * 1000 as debt_ms
     from messaging.pair_debts where phone_number_id = $1 and paid_at > now()`,
    [phoneNumberId],
  );
  return new PairPace(
    performance.now(),
    rows.map(({ id, debt_ms }) => [id, debt_ms]),
    Math.max(0, UNSAVED_DEBT_MS - idleMs),
  );
}

/** Stores the pair debts over UNSAVED_DEBT_MS for the next lease holder. */
export async function saveDebts(
  tx: PoolClient,
  { phoneNumberId }: Lease,
  debts: readonly (readonly [string, number])[],
) {
  const large = debts.filter(([, debtMs]) => debtMs > UNSAVED_DEBT_MS);
  if (large.length === 0) return;
  await tx.query({
    name: 'pair-debts',
    text: `insert into messaging.pair_debts as d (conversation_id, phone_number_id, paid_at)
           select id, $1, now() + debt_ms * interval '1 millisecond' from unnest($2::text[], $3::float8[]) as n(id, debt_ms)
           on conflict (conversation_id) do update set paid_at = excluded.paid_at, phone_number_id = excluded.phone_number_id`,
    values: [phoneNumberId, large.map(([id]) => id), large.map(([, debtMs]) => debtMs)],
  });
}
