import type { Removal } from '@wbiz/contracts/tag';
import type { Pool } from 'pg';

/** Deleted tags or fields that are still being removed from contacts: the latest 100, newest first. */
export async function removalsOf(pool: Pool, accountId: string, kind: 'tag' | 'field'): Promise<Removal[]> {
  const { rows } = await pool.query<{ name: string; total: string; remaining: string; deleted_at: Date }>({
    name: 'removals-of',
    text: `select name, total, remaining, deleted_at from contacts.removals
           where account_id = $1 and kind = $2 order by deleted_at desc limit 100`,
    values: [accountId, kind],
  });
  return rows.map(({ name, total, remaining, deleted_at }) => ({
    name,
    total: Number(total),
    remaining: Number(remaining),
    deletedAt: deleted_at.toISOString(),
  }));
}
