import 'reflect-metadata';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { freshDatabase, until } from '@wbiz/testing/stack';
import type { Pool } from 'pg';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { DatabaseModule, PG_POOL } from './database.module.js';
import { Health } from './health.js';
import { createLogger } from './logging.js';
import { RuntimeModule, type Runtime } from './runtime.js';
import { Shutdown } from './shutdown.js';
import { createMetrics } from './telemetry.js';

class First1790000000001 implements MigrationInterface {
  async up(runner: QueryRunner) {
    await runner.query('create table contacts.first (id int)');
    await runner.query('select pg_sleep(0.2)');
  }
  async down() {}
}
class Broken1790000000002 implements MigrationInterface {
  async up(runner: QueryRunner) {
    await runner.query('create table contacts.second (id int)');
    await runner.query('create table contacts.first (id int)');
  }
  async down() {}
}

let database: Awaited<ReturnType<typeof freshDatabase>>;
let stops: (() => Promise<unknown>)[];
beforeEach(async () => {
  database = await freshDatabase();
  stops = [];
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('create schema contacts');
  await client.end();
});
afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()));
  await database.drop();
});

/** A replica's database; `pool` resolves when its schema is up to date. */
function replica({
  migrate = true,
  migrations = [First1790000000001] as (new () => MigrationInterface)[],
} = {}) {
  const logger = createLogger({ service: 'contacts', replica: 't', level: 'fatal' });
  const health = new Health();
  const shutdown = new Shutdown(logger);
  const stop = new AbortController();
  const config = { DATABASE_URL: database.url, DATABASE_POOL: 4, MIGRATE_ON_START: migrate };
  const metrics = createMetrics('contacts');
  const runtime = { service: 'contacts', config, logger, health, metrics, shutdown, stopping: stop.signal };
  const root = {
    module: class Root {},
    imports: [RuntimeModule.of(runtime as unknown as Runtime), DatabaseModule.forService({ migrations })],
  };
  const pool = NestFactory.createApplicationContext(root, { logger: false, abortOnError: false }).then(
    (app) => app.get<Pool>(PG_POOL, { strict: false }),
  );
  stops.push(async () => {
    stop.abort();
    await pool.catch(() => undefined);
    await shutdown.run();
  });
  return { pool, health };
}
const tables = async (pool: Pool) =>
  (
    await pool.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'contacts' order by 1`,
    )
  ).rows.map(({ name }) => name);

it('migrates once when replicas start together, and keeps its record inside the schema', async () => {
  const pools = await Promise.all([replica().pool, replica().pool, replica().pool]);
  expect(await tables(pools[0]!)).toEqual(['first', 'migrations']);
  const { rows } = await pools[1]!.query('select name from contacts.migrations');
  expect(rows).toEqual([{ name: 'First1790000000001' }]);
});

it('waits, not ready, for somebody else to migrate when it must not', async () => {
  const waiting = replica({ migrate: false });
  await until(
    async () => (await waiting.health.ready()).checks['migrations']?.detail === 'pending: First1790000000001',
  );
  expect((await waiting.health.ready()).checks['migrations']).toMatchObject({ ok: false });
  await replica().pool;
  await waiting.pool;
  expect((await waiting.health.ready()).checks['migrations']).toMatchObject({ ok: true });
});

it('fails with a migration that fails, which leaves nothing behind', async () => {
  const good = await replica().pool;
  await expect(replica({ migrations: [First1790000000001, Broken1790000000002] }).pool).rejects.toThrow(
    'already exists',
  );
  expect(await tables(good)).toEqual(['first', 'migrations']);
});

it('outlives connections that Postgres ends, idle ones and those in a transaction', async () => {
  const pool = await replica().pool;
  const held = await pool.connect();
  await Promise.all([pool.query('select 1'), held.query('begin')]);
  const broken = new Promise((resolve) => held.once('error', resolve));
  const killer = new pg.Client({ connectionString: database.url });
  await killer.connect();
  await killer.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await killer.end();
  await broken;
  held.release(true);
  // The pool may still hand out a broken idle connection for a moment.
  await until(async () => (await pool.query<{ one: number }>('select 1 as one')).rows[0]?.one === 1);
});

it('ends statements after 15 s, also on the connection that migrated', async () => {
  const pool = await replica().pool;
  const clients = await Promise.all([1, 2, 3, 4].map(() => pool.connect()));
  for (const client of clients) {
    expect((await client.query('show statement_timeout')).rows).toEqual([{ statement_timeout: '15s' }]);
    client.release();
  }
});
