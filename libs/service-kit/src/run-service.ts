import 'reflect-metadata';
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Service } from '@wbiz/contracts/topics';
import { rpcServerOptions } from '@wbiz/eventing/rpc/query-handler';
import { InvalidConfig, readConfig, secretTexts, type Config, type Settings } from './config.js';
import { Eventing } from './eventing.js';
import { Health, serveHealth } from './health.js';
import { methodsByPath, publicHttp } from './http.js';
import { kafkaAccess } from './kafka-access.js';
import { createLogger, nestLogger } from './logging.js';
import { rpcAddress } from './peers.js';
import { ProblemFilter } from './problem-filter.js';
import { Stopped } from './until-reachable.js';
import { RuntimeModule, type Runtime } from './runtime.js';
import { peerSetting, PEER_SETTINGS, SERVICE_SETTINGS, type HTTP_SETTINGS } from './settings.js';
import { endProcess, Shutdown } from './shutdown.js';
import { createMetrics } from './telemetry.js';
import { exportingOf, openTracing } from './tracing.js';
import { rpcTrust } from './rpc-trust.js';

export type ServiceOptions = {
  readonly name: Service;
  readonly module: Type;
  /** The services to which this one sends queries or commands; each needs its setting, such as `CONTACTS_RPC`. */
  readonly peers?: readonly Service[];
  /** Environment variables beyond those of every service. */
  readonly settings?: Settings;
  /** A public HTTP API on HOST:PORT (`settings` must include HTTP_SETTINGS). */
  readonly http?: {
    readonly bodyLimit?: number;
    readonly configure?: (app: NestFastifyApplication) => void | Promise<void>;
  };
};

/** A service and the environment it reads. */
export type Served = { readonly options: ServiceOptions; readonly env: NodeJS.ProcessEnv };

/** The service that the running code belongs to; its logger gets the code's unhandled errors. */
const serving = new AsyncLocalStorage<Runtime>();

/** As {@link runServices}, for one service alone in its process. */
export const runService = (options: ServiceOptions): Promise<void> =>
  runServices([{ options, env: process.env }]);

/**
 * Runs services in this process until SIGTERM or SIGINT. Each checks its settings, opens /health and /metrics, waits
 * for Postgres and Kafka, migrates, starts. Exits with 0 after an orderly stop within 10 s (plus HTTP_DRAIN_MS), with 1
 * for wrong settings or an unhandled error of any of the services.
 */
export async function runServices(services: readonly Served[]): Promise<void> {
  const hosted = await preparedOrExit(services);
  const runtimes = hosted.map(({ runtime }) => runtime);
  const crash = (err: unknown, what: string) => {
    const own = serving.getStore();
    for (const { logger } of own ? [own] : runtimes) logger.fatal({ err }, what);
    process.exit(1);
  };
  process.on('uncaughtException', (error) => crash(error, 'process: uncaught exception; exiting with 1'));
  process.on('unhandledRejection', (error) => crash(error, 'process: unhandled rejection; exiting with 1'));

  let told = false;
  const onSignal = (signal: string) => {
    if (told) return;
    told = true;
    const drainMs = Math.max(...runtimes.map((runtime) => httpConfig(runtime).HTTP_DRAIN_MS ?? 0));
    for (const { logger, health } of runtimes) {
      logger.info(
        { signal, drainMs },
        'shutdown: told to stop; not ready from now on, stopping after drainMs',
      );
      health.stopping();
    }
    setTimeout(end, drainMs);
  };
  const end = () => {
    for (const { runtime, stop } of hosted) serving.run(runtime, () => stop.abort());
    void endProcess(
      runtimes.map(({ shutdown }) => shutdown),
      started,
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  const started = Promise.all(
    hosted.map(({ options, runtime }) =>
      serving.run(runtime, () =>
        start(options, runtime).catch((error: unknown) => {
          if (!(error instanceof Stopped)) crash(error, 'start: failed; exiting with 1');
        }),
      ),
    ),
  );
  await started;
}

async function preparedOrExit(services: readonly Served[]) {
  const prepared = services.map(async ({ options, env }) => {
    const stop = new AbortController();
    try {
      return [{ options, stop, runtime: await prepare(options, env, stop.signal) }];
    } catch (error) {
      if (!(error instanceof InvalidConfig)) throw error;
      process.stderr.write(`${options.name} cannot start. ${error.message}\n`);
      return [];
    }
  });
  const hosted = (await Promise.all(prepared)).flat();
  if (hosted.length < services.length) process.exit(1);
  return hosted;
}

/** As {@link runService}, for tests: throws instead of ending the process. */
export async function startService(options: ServiceOptions, env: NodeJS.ProcessEnv) {
  const stopping = new AbortController();
  const runtime = await prepare(options, env, stopping.signal);
  const stop = async () => {
    runtime.health.stopping();
    stopping.abort();
    await runtime.shutdown.run();
  };
  try {
    return { runtime, app: await start(options, runtime), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function prepare(
  { name, peers = [], settings = {} }: ServiceOptions,
  env: NodeJS.ProcessEnv,
  stopping: AbortSignal,
): Promise<Runtime> {
  const ofPeers = Object.fromEntries(
    peers.map((peer) => [peerSetting(peer), PEER_SETTINGS[peerSetting(peer)]]),
  );
  const table = { ...SERVICE_SETTINGS, ...ofPeers, ...settings };
  const config = readConfig(table, env);
  const { LOG_LEVEL: level } = config;
  const replica = config.REPLICA ?? `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const logger = createLogger({ service: name, replica, level, secrets: secretTexts(table, env) });
  const shutdown = new Shutdown(logger);
  const tracing = await openTracing(exportingOf(config, { service: name, replica }), logger);
  if (tracing) shutdown.on('pools', 'traces', () => tracing.close());
  return {
    service: name,
    replica,
    config,
    logger,
    metrics: createMetrics(name),
    startSpan: tracing?.startSpan,
    health: new Health(),
    shutdown,
    trust: rpcTrust(config),
    kafka: kafkaAccess(config),
    stopping,
  };
}

const httpConfig = ({ config }: Runtime) => config as unknown as Config<typeof HTTP_SETTINGS>;

async function start({ module, http }: ServiceOptions, runtime: Runtime): Promise<NestFastifyApplication> {
  const { config, health, metrics, shutdown, logger, trust, startSpan } = runtime;
  const { HOST: host, HEALTH_PORT, RPC_PORT } = config;
  const healthServer = await serveHealth(health, metrics, { host, port: HEALTH_PORT });
  shutdown.on('pools', 'health', () => healthServer.close());

  const root = { module: class Root {}, imports: [RuntimeModule.of(runtime), module] };
  const { PORT, TRUST_PROXY: trustProxy, HTTP_CONNECTIONS: limit } = httpConfig(runtime);
  const adapter = http
    ? publicHttp(metrics, {
        bodyLimit: http.bodyLimit,
        isEnding: () => health.isStopping,
        trustProxy,
        startSpan,
      })
    : new FastifyAdapter();
  const allowed = methodsByPath(adapter.getInstance());
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    // Nest has one logger for all applications of a process: it writes to the logger of the running service.
    logger: nestLogger(() => serving.getStore()?.logger ?? logger),
    abortOnError: false,
    bodyParser: false,
    forceCloseConnections: false,
  });
  // Runs Nest's shutdown hooks, which also end the rpc server.
  shutdown.on('work', 'application', () => app.close());

  const eventing = app.get(Eventing, { strict: false });
  const rpc = app.connectMicroservice(
    rpcServerOptions({ host, port: RPC_PORT, address: rpcAddress(config), trust }),
  );
  const server = eventing.commandServer();
  const commands = server && app.connectMicroservice({ strategy: server });
  app.useGlobalFilters(new ProblemFilter(logger, allowed));
  await http?.configure?.(app);
  await app.init();
  await rpc.listen();
  await eventing.start();
  if (commands) {
    shutdown.on('consumers', 'commands', () => server.close());
    await commands.listen();
  }
  if (http) {
    const fastify = adapter.getInstance();
    fastify.server.maxConnections = limit;
    fastify.server.on('drop', (dropped) =>
      logger.warn(
        { limit, address: dropped?.remoteAddress },
        'public API: as many connections are open as HTTP_CONNECTIONS allows; closing a new one unanswered',
      ),
    );
    shutdown.on('http', 'http', () => fastify.close());
    await app.listen(PORT, host);
  }
  health.started();
  if (!health.isStopping)
    logger.info(
      { health: `http://${host}:${HEALTH_PORT}/health/ready` },
      'start: done; /health/ready answers 200 while all checks pass',
    );
  return app;
}
