import pg from 'pg';
import type { Notification, Pool, QueryResult, QueryResultRow } from 'pg';

/** A connection outside of the pool; it needs Postgres itself, not a transaction pooler. */
export type Session = {
  /** Queries run one after the other. */
  query<Row extends QueryResultRow>(
    text: string,
    values?: unknown[],
    name?: string,
  ): Promise<QueryResult<Row>>;
  onNotification(listener: (message: Notification) => void): void;
  /** Aborted when the connection is lost; its `reason` is the cause. */
  readonly lost: AbortSignal;
  /** Ends the connection, even if a query hangs. */
  close(): Promise<void>;
};

/**
 * Connects with the options of `pool`, the application name `name` and `settings` (values as Postgres reads them).
 * Sends a heartbeat `heartbeatMs` after the last answer. A query without an answer for 10 s fails; a failed heartbeat
 * counts as a lost connection.
 */
export async function openSession(
  pool: Pool,
  {
    name,
    settings = {},
    heartbeatMs,
  }: { name: string; settings?: Record<string, string | number>; heartbeatMs: number },
): Promise<Session> {
  const client = new pg.Client({
    ...pool.options,
    password: pool.options.password, // not enumerable in pool.options
    application_name: name,
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 1_000,
  });
  const lost = new AbortController();
  client.on('error', (error) => lost.abort(error));
  client.on('end', () => lost.abort(new Error(`The connection ${name} to Postgres has ended.`)));
  await client.connect();

  let tail: Promise<unknown> = Promise.resolve();
  const query: Session['query'] = <Row extends QueryResultRow>(
    text: string,
    values?: unknown[],
    name?: string,
  ) => {
    const next = tail.then(() => client.query<Row>({ text, values, name }));
    tail = next.then(() => heartbeat.refresh()).catch(() => undefined);
    return next;
  };

  // Each answer postpones the heartbeat: a session in use needs none.
  const heartbeat = setTimeout(() => {
    query('select 1').catch((error: unknown) => lost.abort(error));
  }, heartbeatMs);
  lost.signal.addEventListener('abort', () => clearTimeout(heartbeat));

  const session: Session = {
    query,
    onNotification: (listener) => client.on('notification', listener),
    lost: lost.signal,
    close: async () => {
      clearTimeout(heartbeat);
      await client.end();
    },
  };
  try {
    await query(
      'select set_config(name, value, false) from unnest($1::text[], $2::text[]) as s(name, value)',
      [Object.keys(settings), Object.values(settings).map(String)],
    );
  } catch (error) {
    await session.close();
    throw error;
  }
  return session;
}
