import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** The Postgres and the Kafka of this test run: a superuser's URL, and brokers as `host:port`. */
export function embeddedStack() {
  const { DATABASE_URL: databaseUrl, KAFKA_BROKERS: brokers } = process.env;
  if (!databaseUrl || !brokers)
    throw new Error('No Postgres and Kafka here: only the projects int, e2e and full start them.');
  return { databaseUrl, brokers: brokers.split(',') };
}

/** Makes an empty database for one suite. `drop()` ends open connections first. */
export async function freshDatabase() {
  const name = `suite_${randomBytes(6).toString('hex')}`;
  await asSuperuser(`create database ${name}`);
  const url = new URL(embeddedStack().databaseUrl);
  url.pathname = name;
  return { url: url.href, drop: () => asSuperuser(`drop database ${name} with (force)`) };
}

/** pg's pipeline mode, as in the services' pools; the types of pg lack the option. */
const PIPELINE: object = { pipeline: true };

/**
 * Makes a database for one suite, with the extensions that provisioning creates and the tables of one service, made by
 * its migrations. `settings` are the pool's. `up` runs a migration, `close()` ends the pool and drops the database.
 */
export async function serviceDatabase(
  schema: string,
  migrations: readonly Migration[],
  settings: pg.PoolConfig = {},
) {
  const { url, drop } = await freshDatabase();
  const pool = new pg.Pool({ connectionString: url, ...PIPELINE, ...settings });
  pool.on('error', () => undefined); // dropping the database cuts the pool's connections
  const query = async (sql: string, values?: unknown[]) => (await pool.query(sql, values)).rows as unknown;
  await query(`create schema ${schema}`);
  for (const extension of ['pg_trgm', 'btree_gin']) await query(`create extension ${extension}`);
  const up = (Migration: Migration) => new Migration().up({ query } as never);
  for (const migration of migrations) await up(migration);
  const close = async () => {
    await pool.end();
    await drop();
  };
  return { url, pool, up, close };
}

type Migration = new () => { up(runner: never): Promise<unknown> };

/** A TCP port of 127.0.0.1 that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const launch = new URL('../../../scripts/embedded/launch.ts', import.meta.url).href;
  return ((await import(launch)) as { freePort: () => Promise<number> }).freePort();
}

/** A prefix of topic and group names that no other suite uses. */
export const topicPrefix = () => `suite-${randomBytes(6).toString('hex')}.`;

/**
 * Polls until `condition` returns something truthy, and resolves to it. Throws after `timeoutMs` (10 s unless set),
 * naming the condition and the last result; an error of `condition` counts as "not yet".
 */
export async function until<Seen>(
  condition: () => Seen | Promise<Seen>,
  { timeoutMs = 10_000, everyMs = 20, describe = condition.toString() } = {},
): Promise<Exclude<Awaited<Seen>, false | '' | 0 | null | undefined>> {
  let last: unknown;
  for (const giveUp = Date.now() + timeoutMs; ; await delay(everyMs)) {
    try {
      const seen = await condition();
      if (seen) return seen as Exclude<Awaited<Seen>, false | '' | 0 | null | undefined>;
      last = seen;
    } catch (error) {
      last = error;
    }
    if (Date.now() < giveUp) continue;
    const seen = last instanceof Error ? last.message : String(last);
    throw new Error(`Waited ${timeoutMs / 1000} s for: ${describe}. Last seen: ${seen}`, { cause: last });
  }
}

async function asSuperuser(statement: string) {
  const client = new pg.Client({ connectionString: embeddedStack().databaseUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
