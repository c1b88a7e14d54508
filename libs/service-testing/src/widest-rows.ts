import type { Pool } from 'pg';

/** Postgres' maximum of a B-tree row in bytes, on pages of 8 kB (nbtree.h: BTMaxItemSize). */
const MOST_BYTES = 2_704;

/** Maximum bytes of columns that hold the same kind of value in every table, by column name. */
const OURS: Readonly<Record<string, number>> = {
  account_id: 30,
  command_id: 30,
  projection: 63,
  source: 63,
};

type Bounds = Readonly<Record<string, number>>;

/**
 * Finds the B-tree indexes of a schema whose rows can exceed Postgres' maximum (`tooWide`). `bounds`: the most bytes of
 * a column's values, by `table.column`, or by the column or expression alone. `unbounded`: the columns without a bound.
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
    // A value takes up to 8 bytes for length and alignment; a row takes 16 bytes of its own.
    widths.set(index, (widths.get(index) ?? 16) + (bound ?? 0) + 8);
  }
  const tooWide = [...widths].filter(([, bytes]) => bytes > MOST_BYTES).map(([index]) => index);
  return { indexes: widths.size, tooWide, unbounded: [...unbounded].sort() };
}

/** The most UTF-8 bytes of a text of `max` characters. */
export const bytesOf = ({ max }: { readonly max: number }): number => 4 * max;
