import pg from 'pg';

const SHOWN = 160;
const OWN = /pg_stat_statements/;

/** `ms`: execution time of all calls together. */
export type Statement = {
  readonly service: string;
  readonly query: string;
  readonly calls: number;
  readonly ms: number;
};
type Counted = { readonly role: string; readonly query: string; readonly calls: number; readonly ms: number };
export type Reading = { readonly statements: ReadonlyMap<string, Counted>; readonly wal: number };

/** Reads from pg_stat_statements how often and how long statements ran, and how many bytes of WAL were written. */
export async function openStatements(databaseUrl: string) {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined); // Postgres is stopped before this client disconnects
  await client.connect();
  await client.query('create extension pg_stat_statements');
  return {
    async read(): Promise<Reading> {
      const { rows } = await client.query<Counted & { key: string }>(
        `select r.rolname || s.queryid || s.toplevel as key, r.rolname as role, s.query, s.calls::float8, s.total_exec_time as ms
         from pg_stat_statements s join pg_roles r on r.oid = s.userid`,
      );
      const written = await client.query<{ wal: number }>(
        `select (pg_current_wal_lsn() - '0/0')::float8 as wal`,
      );
      return {
        statements: new Map(rows.map(({ key, ...row }) => [key, row])),
        wal: written.rows[0]!.wal,
      };
    },
    close: () => client.end(),
  };
}

/** The statements executed between two readings, with their service; the most execution time first. */
export function statementsBetween(before: Reading, after: Reading): readonly Statement[] {
  return [...after.statements]
    .map(([key, { role, query, calls, ms }]) => {
      const known = before.statements.get(key) ?? { calls: 0, ms: 0 };
      return { service: serviceOf(role), query, calls: calls - known.calls, ms: ms - known.ms };
    })
    .filter(({ calls, query }) => calls > 0 && !OWN.test(query))
    .map(({ query, ...one }) => ({ ...one, query: query.replace(/\s+/g, ' ').trim().slice(0, SHOWN) }))
    .toSorted((one, other) => other.ms - one.ms);
}

/** The service that uses this database role: each service has its own; the floor uses the superuser's. */
const serviceOf = (role: string) => /^postgres_(.+)$/.exec(role)?.[1] ?? 'floor';
