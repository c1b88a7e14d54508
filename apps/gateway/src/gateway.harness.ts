import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AccountData } from '@wbiz/contracts/account';
import type { KeyLimit } from '@wbiz/contracts/api-key';
import { newId } from '@wbiz/contracts/ids';
import { SCOPES, type Scope } from '@wbiz/contracts/scopes';
import { CommandBus } from '@wbiz/eventing/kafka/command-bus';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { Health } from '@wbiz/service-kit/health';
import { methodsByPath, publicHttp } from '@wbiz/service-kit/http';
import { createLogger } from '@wbiz/service-kit/logging';
import { Peers } from '@wbiz/service-kit/peers';
import { ProblemFilter } from '@wbiz/service-kit/problem-filter';
import { RUNTIME } from '@wbiz/service-kit/runtime';
import { Shutdown } from '@wbiz/service-kit/shutdown';
import { createMetrics } from '@wbiz/service-kit/telemetry';
import { peersAnswering } from '@wbiz/service-testing/peers';
import { serviceDatabase } from '@wbiz/testing/stack';
import pg from 'pg';
import { newApiKey } from './access/api-key.js';
import { ApiModule } from './api.module.js';
import { configureApi } from './configure-api.js';
import { MIGRATIONS } from './migrations/migrations.js';

/** A database with the gateway's tables. */
export const gatewayDatabase = () => serviceDatabase('gateway', MIGRATIONS, { max: 4 });

export const PHONE_NUMBER_ID = '106540352242922';

export async function addAccount(pool: pg.Pool, given: Partial<AccountData> = {}): Promise<string> {
  const id = newId('acc');
  const account: AccountData = {
    wabaId: id.slice(4),
    name: 'Shop',
    status: 'active',
    plan: 'unlimited',
    entitled: true,
    unknownOutcomePolicy: 'fail',
    connectedAt: '2026-11-22T10:00:00.000Z',
    trialEndsAt: null,
    phoneNumbers: [
      {
        id: PHONE_NUMBER_ID,
        displayPhoneNumber: '+91 80000 00001',
        verifiedName: 'Shop',
        qualityRating: 'GREEN',
        messagingLimit: 'TIER_2K',
        throughput: 80,
        isDefault: true,
      },
    ],
    ...given,
  };
  await pool.query(
    `insert into gateway.accounts (stream, account_id, version, state, created_at, updated_at)
     values ($1, $1, 1, $2, now(), now())`,
    [id, JSON.stringify({ ...account, sealedToken: 'v1.sealed' })],
  );
  return id;
}

type KeyOptions = { scopes?: readonly Scope[]; expiresAt?: Date; limit?: KeyLimit };

/** Creates a key, by default with all scopes. */
export async function addKey(
  pool: pg.Pool,
  accountId: string,
  { scopes = SCOPES, expiresAt, limit }: KeyOptions = {},
) {
  const { id, prefix, key, secretHash } = newApiKey();
  await pool.query(
    `insert into gateway.api_keys (id, account_id, name, prefix, secret_hash, scopes, expires_at, per_minute, burst)
     values ($1, $2, 'test', $3, $4, $5, $6, $7, $8)`,
    [
      id,
      accountId,
      prefix,
      secretHash,
      scopes,
      expiresAt ?? null,
      limit?.perMinute ?? null,
      limit?.burst ?? null,
    ],
  );
  return { id, prefix, key, bearer: { authorization: `Bearer ${key}` } };
}

export type FakeBus = Pick<CommandBus, 'send' | 'settled' | 'inFlight'>;
export type Edges = {
  readonly bus?: FakeBus;
  readonly peers?: ReturnType<typeof peersAnswering>;
  readonly module?: Type | DynamicModule;
  /** The setting MEDIA_STORE; default: a temporary folder. */
  readonly mediaStore?: string;
};

const sealing = () => ({
  TOKENS_KEY: randomBytes(32),
  WEBHOOKS_KEY: randomBytes(32),
  ANSWERS_KEY: randomBytes(32),
});

const nobody = () => Promise.reject(new Error('nobody is to be asked in this test'));
const NO_BUS: FakeBus = { send: nobody, settled: nobody, inFlight: () => 0 };
const NO_PEERS = peersAnswering({});
const withSendAll = (bus: FakeBus): FakeBus & Pick<CommandBus, 'sendAll'> => ({
  ...bus,
  sendAll: (service, all) => all.map(({ command, key }) => bus.send(service, command, { key })),
});

@Module({})
class Edge {}

/** A gateway with its own pool on a free port; Kafka and the other services are the given stand-ins. */
export async function startGateway(
  url: string,
  { bus = NO_BUS, peers = NO_PEERS, module = ApiModule, mediaStore }: Edges = {},
) {
  const media = await mkdtemp(join(tmpdir(), 'wbiz-media-'));
  const pool = new pg.Pool({ connectionString: url, max: 6, connectionTimeoutMillis: 5_000 });
  pool.on('error', () => undefined);
  const logs: string[] = [];
  const destination = { write: (line: string) => void logs.push(line) };
  const logger = createLogger({ service: 'gateway', replica: 'test', level: 'info', destination });
  const metrics = createMetrics('gateway');
  const shutdown = new Shutdown(logger);
  const stopping = new AbortController();
  const health = new Health();
  const runtime = {
    service: 'gateway',
    config: {
      MEDIA_STORE: mediaStore ?? pathToFileURL(media).href,
      ADMIN_TOKEN: 'nobody is to know it',
      ...sealing(),
    },
    logger,
    metrics,
    shutdown,
    health,
    stopping: stopping.signal,
  };
  const providers = [
    { provide: PG_POOL, useValue: pool },
    { provide: RUNTIME, useValue: runtime },
    { provide: CommandBus, useValue: withSendAll(bus) },
    { provide: Peers, useValue: peers },
  ];
  const edge = { module: Edge, global: true, providers, exports: providers };
  const adapter = publicHttp(metrics, { isEnding: () => stopping.signal.aborted });
  const allowed = methodsByPath(adapter.getInstance());
  const root = { module: class Root {}, imports: [edge, module] };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: false,
    abortOnError: false,
    bodyParser: false,
  });
  app.useGlobalFilters(new ProblemFilter(logger, allowed));
  const stop = async () => {
    stopping.abort();
    await shutdown.run();
    await app.close();
    await pool.end();
    await rm(media, { recursive: true });
  };
  try {
    configureApi(app);
    await app.listen(0, '127.0.0.1');
  } catch (error) {
    await stop();
    throw error;
  }
  return { base: `${await app.getUrl()}/api`, app, pool, logs, stopping, stop };
}
export type Gateway = Awaited<ReturnType<typeof startGateway>>;
