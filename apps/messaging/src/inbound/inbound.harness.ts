import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { newId } from '@wbiz/contracts/ids';
import { META_MESSAGE, META_STATUS } from '@wbiz/contracts/meta-inbound';
import type { Answer, Ask } from '@wbiz/contracts/query-catalogue';
import { topics } from '@wbiz/contracts/topics';
import { commandRecord } from '@wbiz/eventing/kafka/command-record';
import { connectKafka } from '@wbiz/eventing/kafka/kafka-client';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { QueryHandler, rpcServerOptions } from '@wbiz/eventing/rpc/query-handler';
import { createLogger } from '@wbiz/service-kit/logging';
import { provision } from '@wbiz/service-kit/provision';
import { startService } from '@wbiz/service-kit/run-service';
import { embeddedStack, freePort, freshDatabase, topicPrefix } from '@wbiz/testing/stack';
import pg from 'pg';
import { MessagingModule } from '../messaging.module.js';
import { SETTINGS } from '../messaging.settings.js';

type Find = (wabaId: string) => Answer<'account.find'>;

/** The messaging service on a Postgres schema and topics of its own; Meta's webhooks and the gateway are played. */
export async function inboundSystem() {
  const database = await freshDatabase();
  const { brokers } = embeddedStack();
  const prefix = topicPrefix();
  const name = topics(prefix);
  const secretKey = randomBytes(32);
  const { databaseUrls } = await provision({
    databaseUrl: database.url,
    brokers,
    topicPrefix: prefix,
    secretKey,
    services: ['messaging'],
    eventsPartitions: 2,
  });
  const gateway = await gatewayStandIn();
  const media = await mkdtemp(join(tmpdir(), 'wbiz-media-'));
  const { app, stop, runtime } = await startService(
    {
      name: 'messaging',
      module: MessagingModule,
      peers: ['gateway', 'contacts', 'templates'],
      settings: SETTINGS,
    },
    {
      HEALTH_PORT: String(await freePort()),
      RPC_PORT: String(await freePort()),
      DATABASE_URL: databaseUrls.messaging,
      KAFKA_BROKERS: brokers.join(','),
      TOPIC_PREFIX: prefix,
      CLOUD_API_URL: 'http://127.0.0.1:9',
      SECRET_KEY: secretKey.toString('base64'),
      LOG_LEVEL: 'fatal',
      GATEWAY_RPC: gateway.address,
      CONTACTS_RPC: '127.0.0.1:9',
      MEDIA_STORE: media,
      TEMPLATES_RPC: '127.0.0.1:9',
    },
  );
  const pool = new pg.Pool({ connectionString: databaseUrls.messaging, max: 4 });
  pool.on('error', () => undefined); // the drop cuts it
  const kafka = connectKafka({
    brokers,
    clientId: 'spec',
    logger: createLogger({ service: 'spec', replica: 'spec', level: 'fatal' }),
  });
  const producer = kafka.producer();

  const put = (
    type: typeof META_MESSAGE | typeof META_STATUS,
    person: string,
    data: { phoneNumberId: string },
  ) =>
    producer.send(
      commandRecord(
        { id: newId('cmd'), type, accountId: '', data },
        { topic: name.inbound, key: `${data.phoneNumberId}:${person}`, source: 'gateway' },
      ),
    );
  const of = (wabaId: string, phoneNumberId: string) => ({
    wabaId,
    phoneNumberId,
    displayPhoneNumber: null,
    receivedAt: new Date().toISOString(),
  });

  return {
    pool,
    gateway,
    store: app.get(EventStore),
    /** Puts on the topic what the gateway makes of a message of Meta's. */
    message: (
      message: Record<string, unknown>,
      { wabaId = '1', phoneNumberId = '106', contact = null } = {},
    ) =>
      put(META_MESSAGE, String(message['from'] ?? message['from_user_id']), {
        ...of(wabaId, phoneNumberId),
        ...{ contact, message },
      }),
    /** The same of a status. */
    status: (status: Record<string, unknown>, { wabaId = '1', phoneNumberId = '106' } = {}) =>
      put(META_STATUS, String(status['recipient_id']), { ...of(wabaId, phoneNumberId), ...{ status } }),
    deadLetters: async () => (await kafka.endOffsets(name.deadLetters)).reduce((sum, end) => sum + end, 0),
    /** How many items were counted as `kind`. */
    counted: async (kind: string) =>
      Number(
        new RegExp(`wbiz_meta_items_total\\{kind="${kind}",[^}]*\\} (\\d+)`).exec(
          await runtime.metrics.text(),
        )?.[1] ?? 0,
      ),
    async close(): Promise<void> {
      await stop();
      await Promise.all([gateway.close(), producer.close()]);
      await kafka.close();
      await pool.end();
      await database.drop();
      await rm(media, { recursive: true });
    },
  };
}

/** Stands for the gateway: `find` answers which account a WABA belongs to, `asked` counts. */
async function gatewayStandIn() {
  const told = { find: (() => null) as Find, asked: 0 };

  @Controller()
  class Gateway {
    @QueryHandler('account.find')
    find({ wabaId }: Ask<'account.find'>) {
      told.asked += 1;
      return told.find(wabaId);
    }
  }
  @Module({ controllers: [Gateway] })
  class GatewayModule {}

  const port = await freePort();
  const app = await NestFactory.createMicroservice(GatewayModule, {
    ...rpcServerOptions({ host: '127.0.0.1', port }),
    logger: false,
  });
  await app.listen();
  return Object.assign(told, { address: `127.0.0.1:${port}`, close: () => app.close() });
}
