import { Global, Module, type DynamicModule } from '@nestjs/common';
import { writeOnceATurn } from '@wbiz/eventing/postgres/one-write-a-turn';
import type { Pool, PoolClient } from 'pg';
import {
  DataSource,
  MigrationExecutor,
  type Logger as TypeOrmLogger,
  type MigrationInterface,
} from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { setTimeout as delay } from 'node:timers/promises';
import { Health } from './health.js';
import type { Logger } from './logging.js';
import { Stopped, untilReachable } from './until-reachable.js';
import { RUNTIME, type Runtime } from './runtime.js';

/** Injection token of the pg pool that TypeORM's DataSource uses. */
export const PG_POOL = Symbol('PG_POOL');

export type Migrations = readonly (new () => MigrationInterface)[];

const STATEMENT_TIMEOUT_MS = 15_000;
const MIGRATIONS_POLL_MS = 1_000;

/**
 * Access to the service's schema: TypeORM's DataSource for migrations, PG_POOL for queries. Both can be injected once
 * Postgres answers and the schema is up to date. A migration's class name ends in its creation time (ms since the
 * epoch).
 */
@Global()
@Module({})
export class DatabaseModule {
  static forService({ migrations }: { migrations: Migrations }): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [
        {
          provide: DataSource,
          useFactory: (runtime: Runtime) => openDatabase(runtime, migrations),
          inject: [RUNTIME],
        },
        { provide: PG_POOL, useFactory: poolOf, inject: [DataSource] },
      ],
      exports: [DataSource, PG_POOL],
    };
  }
}

const poolOf = (dataSource: DataSource) => (dataSource.driver as PostgresDriver).master as Pool;

async function openDatabase(runtime: Runtime, migrations: Migrations): Promise<DataSource> {
  const { config, health, metrics, shutdown, service } = runtime;
  const postgres = `Postgres at ${new URL(config.DATABASE_URL).host}`;
  const dataSource = await untilReachable(postgres, runtime, () =>
    new DataSource(options(runtime, migrations)).initialize(),
  );
  shutdown.on('pools', 'Postgres', () => dataSource.destroy());
  const pool = poolOf(dataSource);
  health.add('postgres', async () => {
    await pool.query('select 1');
    return { ok: true };
  });
  metrics.beforeScrape(async () => {
    metrics.postgresConnections.set({ state: 'idle' }, pool.idleCount);
    metrics.postgresConnections.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
    metrics.postgresWaiting.set(pool.waitingCount);
  });
  health.add('migrations', () => ({ ok: false, detail: `schema ${service} is being brought up to date` }));
  const upToDate = config.MIGRATE_ON_START ? migrate : untilMigrated;
  await untilReachable(`${postgres} to bring the schema up to date`, runtime, () =>
    upToDate(dataSource, runtime),
  );
  health.add('migrations', () => ({ ok: true, detail: `schema ${service} is up to date` }));
  return dataSource;
}

type Schema = Pick<Runtime, 'service' | 'logger' | 'health'> & {
  readonly config: Pick<Runtime['config'], 'DATABASE_URL' | 'DATABASE_POOL'>;
};

function options({ service, config, logger }: Schema, migrations: Migrations): PostgresDataSourceOptions {
  return {
    type: 'postgres',
    url: config.DATABASE_URL,
    schema: service,
    applicationName: `wbiz-${service}`,
    migrations: [...migrations],
    installExtensions: false,
    logger: quiet(logger),
    poolErrorHandler: (err: Error) =>
      logger.warn({ err }, 'database: an idle connection broke; the pool opens another when it needs one'),
    extra: {
      max: config.DATABASE_POOL,
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      pipeline: true,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      // JIT compilation takes longer than any of our statements runs.
      options: '-c jit=off',
      // Without this listener the error of a connection that breaks inside a transaction would end the process.
      onConnect: (client: PoolClient) => {
        client.on('error', (err) =>
          logger.debug({ err }, 'database: a connection broke; queries under way on it fail'),
        );
        writeOnceATurn(client);
      },
    },
  };
}

/** Replaces TypeORM's logger, which prints to stdout. Leaves errors out: they are also thrown, and logged where caught. */
function quiet(logger: Logger): TypeOrmLogger {
  const debug = (message: unknown) => logger.debug({ context: 'TypeORM' }, String(message));
  const ignore = () => undefined;
  return {
    logQuery: ignore,
    logQueryError: ignore,
    logQuerySlow: ignore,
    logSchemaBuild: debug,
    logMigration: debug,
    log: (_, message) => debug(message),
  };
}

/** Migrates a service's schema, as the role in `url`, without starting the service. */
export async function migrateSchema(
  { service, url, logger }: { readonly service: string; readonly url: string; readonly logger: Logger },
  migrations: Migrations,
): Promise<void> {
  const schema = {
    service,
    logger,
    health: new Health(),
    config: { DATABASE_URL: url, DATABASE_POOL: 1 },
  };
  const dataSource = await new DataSource(options(schema, migrations)).initialize();
  try {
    await migrate(dataSource, schema);
  } finally {
    await dataSource.destroy();
  }
}

/** Runs pending migrations, each in its own transaction. An advisory lock lets one process at a time run them. */
async function migrate(dataSource: DataSource, { logger, health, service }: Schema): Promise<void> {
  const runner = dataSource.createQueryRunner();
  const lock = [`wbiz.migrations.${service}`];
  try {
    await runner.query('set statement_timeout = 0');
    const [{ won }] = await runner.query('select pg_try_advisory_lock(hashtextextended($1, 0)) as won', lock);
    if (!won) {
      logger.info('migrations: another process runs them; waiting until it has ended');
      const over = health.waitingFor('another process to run the migrations');
      await runner.query('select pg_advisory_lock(hashtextextended($1, 0))', lock);
      over();
    }
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = 'each';
    const ran = await executor.executePendingMigrations();
    if (ran.length)
      logger.info(
        { migrations: ran.map(({ name }) => name) },
        'migrations: pending ones have run; the schema is up to date',
      );
    await runner.query('select pg_advisory_unlock(hashtextextended($1, 0))', lock);
    await runner.query('reset statement_timeout');
  } finally {
    await runner.release();
  }
}

async function untilMigrated(dataSource: DataSource, { logger, health, stopping }: Runtime): Promise<void> {
  for (let told = ''; ; await delay(MIGRATIONS_POLL_MS)) {
    if (stopping.aborted) throw new Stopped('Told to stop while waiting for migrations.');
    const pending = (await new MigrationExecutor(dataSource).getPendingMigrations())
      .map(({ name }) => name)
      .join(', ');
    if (!pending) return;
    health.add('migrations', () => ({ ok: false, detail: `pending: ${pending}` }));
    if (told !== pending)
      logger.warn(
        { pending },
        'migrations: some are pending and MIGRATE_ON_START is false; waiting until another process has run them',
      );
    told = pending;
  }
}
