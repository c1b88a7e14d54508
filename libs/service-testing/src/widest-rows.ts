import type { Pool } from 'pg';

/** The most bytes of a B-tree row, on pages of 8 kB (Postgres, nbtree.h: BTMaxItemSize). */
const MOST_BYTES = 2_704;

/** By column name, for columns that hold the same in every table: ids, and our own texts. */
const OURS: Readonly<Record<string, number>> = {
  account_id: 30,
  command_id: 30,
  projection: 63,
  source: 63,
};

type Bounds = Readonly<Record<string, number>>;

/**
 * The widest row, in bytes, of every B-tree index over texts of a schema. `bounds`: the most bytes of a column's
 * values, by `table.column` or else by the column or expression alone. `unbounded`: columns without a bound.
 */
export async function widestRows(
  { pool, schema }: { readonly pool: Pool; readonly schema: string },
  bounds: Bounds,
) {
  type Column = { index: string; table: string; column: string; type: string; bytes: number };
  const { rows } = await pool.query<Column>(
    `select i.relname as index, t.relname as table, a.atttypid::regtype::text as type, a.attlen::int as bytes,
       replace(pg_get_indexdef(i.oid, a.attnum, true), '::text', '') as column
     from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
     join pg_am m on m.oid = i.relam and m.amname = 'btree' join pg_attribute a on a.attrelid = i.oid
     where t.relnamespace = $1::regnamespace`,
    [schema],
  );
  const known = { ...OURS, ...bounds };
  const unbounded = new Set<string>();
  const widths = new Map<string, number>();
  for (const { index, table, column, bytes } of rows) {
    const bound = bytes >= 0 ? bytes : (known[`${table}.${column}`] ?? known[column]);
    if (bound === undefined) unbounded.add(`${table}.${column}`);
    // Length and alignment take up to 8 bytes more; a row has 8 of its own and 8 at its end.
    widths.set(index, (widths.get(index) ?? 16) + (bound ?? 0) + 8);
  }
  const tooWide = [...widths].filter(([, bytes]) => bytes > MOST_BYTES).map(([index]) => index);
  return { indexes: widths.size, tooWide, unbounded: [...unbounded].sort() };
}

/** The most UTF-8 bytes of a text of `max` characters. */
export const bytesOf = ({ max }: { readonly max: number }): number => 4 * max;
