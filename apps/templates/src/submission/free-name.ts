import { LIMITS } from '@wbiz/contracts/limits';
import type { Pool } from 'pg';

/** The first of `name_2`, `name_3`, … that the account never had: Meta blocks names of deleted templates for weeks. */
export const freeNames = (pool: Pool) => async (accountId: string, name: string) => {
  const { rows } = await pool.query<{ name: string }>(
    `select distinct state->'view'->>'name' as name from templates.templates where account_id = $1`,
    [accountId],
  );
  return nextName(name, new Set(rows.map((row) => row.name)));
};

export function nextName(name: string, had: ReadonlySet<string>): string {
  const [, stem = name, digits] = /^(.+)_(\d{1,4})$/.exec(name) ?? [];
  for (let next = digits === undefined ? 2 : Number(digits) + 1; ; next += 1) {
    const other = `${stem.slice(0, LIMITS.templateName.max - 6)}_${next}`;
    if (!had.has(other)) return other;
  }
}
