import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topics } from '@wbiz/contracts/topics';
import { header } from '@wbiz/eventing/kafka/command-record';
import { ConsumerHealth } from '@wbiz/eventing/kafka/consumer-health';
import { connectKafka } from '@wbiz/eventing/kafka/kafka-client';
import { RpcClient } from '@wbiz/eventing/rpc/rpc-client';
import { createLogger } from '@wbiz/service-kit/logging';
import { provision } from '@wbiz/service-kit/provision';
import { startService } from '@wbiz/service-kit/run-service';

import { startSimulator } from '@wbiz/simulator/simulator';
import { embeddedStack, freePort, freshDatabase, topicPrefix } from '@wbiz/testing/stack';
import pg from 'pg';
import { configureApi } from '../configure-api.js';
import { GatewayModule } from '../gateway.module.js';
import { SETTINGS } from '../gateway.settings.js';

export const ADMIN_TOKEN = 'an-admin-token-for-specs';
export const APP_SECRET = 'simulator-app-secret';
export const VERIFY_TOKEN = 'simulator-verify-token';

export type Answer = { status: number; headers: Headers; body: Record<string, unknown> };
/** A record of a topic: its type, its headers and its JSON. */
export type SeenRecord = { type: string; key: string; text: string; data: Record<string, unknown> };

/** A gateway on a database and topics of its own, with the simulator as Meta; `stop` ends all of it. */
export async function startGateway(more: NodeJS.ProcessEnv = {}) {
  const [database, simulator] = await Promise.all([
    freshDatabase(),
    startSimulator({ log: () => undefined }),
  ]);
  const { brokers } = embeddedStack();
  const secretKey = randomBytes(32);
  const prefix = topicPrefix();
  const { databaseUrls } = await provision({
    databaseUrl: database.url,
    brokers,
    topicPrefix: prefix,
    secretKey,
  });
  const [port, rpcPort, healthPort] = [await freePort(), await freePort(), await freePort()];
  const media = await mkdtemp(join(tmpdir(), 'wbiz-media-'));
  const env = {
    PORT: String(port),
    HEALTH_PORT: String(healthPort),
    RPC_PORT: String(rpcPort),
    DATABASE_URL: databaseUrls.gateway,
    KAFKA_BROKERS: brokers.join(','),
    TOPIC_PREFIX: prefix,
    SECRET_KEY: secretKey.toString('base64'),
    CLOUD_API_URL: simulator.url,
    LOG_LEVEL: 'fatal',
    ADMIN_TOKEN,
    META_APP_SECRET: APP_SECRET,
    META_VERIFY_TOKEN: VERIFY_TOKEN,
    MESSAGING_RPC: '127.0.0.1:9',
    CONTACTS_RPC: '127.0.0.1:9',
    TEMPLATES_RPC: '127.0.0.1:9',
    WEBHOOKS_RPC: '127.0.0.1:9',
    MEDIA_STORE: media,
    ...more,
  };
  const service = await startService(
    {
      name: 'gateway',
      module: GatewayModule,
      peers: ['messaging', 'contacts', 'templates', 'webhooks'],
      settings: SETTINGS,
      http: { configure: configureApi },
    },
    env,
  );
  const pool = new pg.Pool({ connectionString: databaseUrls.gateway });
  pool.on('error', () => undefined); // the database goes first
  const rpc = new RpcClient(`127.0.0.1:${rpcPort}`);
  const url = `http://127.0.0.1:${port}/api`;
  const kafka = connectKafka({
    brokers,
    clientId: 'spec',
    logger: createLogger({ service: 'spec', replica: '1', level: 'fatal' }),
  });
  const closing: (() => Promise<unknown>)[] = [];

  return {
    url,
    simulator,
    service,
    pool,
    rpc,
    healthUrl: `http://127.0.0.1:${healthPort}`,
    admin: (
      method: string,
      path: string,
      body?: unknown,
      token: string | null = ADMIN_TOKEN,
      headers: Record<string, string> = {},
    ) =>
      ask(`${url}/admin/v1${path}`, method, body, {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      }),
    control: (path: string, body: unknown) => ask(`${simulator.url}/_control${path}`, 'POST', body, {}),

    /** What is on a topic so far, and what comes. */
    async read(topic: 'inbound' | 'inboundChanges' | 'events'): Promise<readonly SeenRecord[]> {
      const seen: SeenRecord[] = [];
      const consumer = kafka.consume({
        topics: [topics(prefix)[topic]],
        groupId: `${prefix}spec.${topic}.${closing.length}`,
        status: new ConsumerHealth().add('spec'),
        eachBatch: async (batch) => {
          for (const record of batch.records) {
            const value = record.value!.toString();
            const headers = JSON.stringify(record.headers, (_key, one: unknown) =>
              Buffer.isBuffer(one) ? one.toString() : one,
            );
            seen.push({
              type: header(record, 'ce_type')!,
              key: record.key!.toString(),
              text: `${headers} ${value}`,
              data: JSON.parse(value) as Record<string, unknown>,
            });
          }
          batch.done(batch.end);
        },
      });
      closing.push(() => consumer.close());
      await consumer.start();
      return seen;
    },

    async stop(): Promise<void> {
      await Promise.all(closing.map((close) => close()));
      rpc.close();
      await service.stop();
      await Promise.all([pool.end(), kafka.close(), simulator.close()]);
      await database.drop();
      await rm(media, { recursive: true });
    },
  };
}

export async function ask(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Answer> {
  const json = body === undefined ? {} : { body: JSON.stringify(body) };
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(url, { method, headers: { ...type, ...headers }, ...json });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: text ? (JSON.parse(text) as Answer['body']) : {},
  };
}
