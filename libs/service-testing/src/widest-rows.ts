import type { Pool } from 'pg';

/** Bytes that a row of a B-tree holds at most, on pages of 8 kB (Postgres, nbtree.h: BTMaxItemSize). */
const MOST_BYTES = 2_704;

/** By the name of the column, where it holds the same in every table: ids, and what we write ourselves. */
const OURS: Readonly<Record<string, number>> = {
  account_id: 30,
  command_id: 30,
  projection: 63,
  source: 63,
};

type Bounds = Readonly<Record<string, number>>;

/**
 * The widest row of every B-tree index over texts of a schema, in bytes, by `bounds`: bytes of a column's values, by
 * `table.column` or, where no bound is given so, by the column or expression alone. `unbounded`: columns without one.
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
    // Its length and what aligns it take up to eight bytes more; a row has eight of its own and eight that end it.
    widths.set(index, (widths.get(index) ?? 16) + (bound ?? 0) + 8);
  }
  const tooWide = [...widths].filter(([, bytes]) => bytes > MOST_BYTES).map(([index]) => index);
  return { indexes: widths.size, tooWide, unbounded: [...unbounded].sort() };
}

/** UTF-8 bytes of a text of `max` characters at most. */
export const bytesOf = ({ max }: { readonly max: number }): number => 4 * max;
