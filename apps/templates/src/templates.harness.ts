import { randomBytes } from 'node:crypto';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AccountCredentials, AccountData } from '@wbiz/contracts/account';
import { newId } from '@wbiz/contracts/ids';
import { META_CHANGE, type MetaChange } from '@wbiz/contracts/meta-inbound';
import type { Answer, Ask, QueryName } from '@wbiz/contracts/query-catalogue';
import { topics } from '@wbiz/contracts/topics';
import { CommandBus } from '@wbiz/eventing/kafka/command-bus';
import { commandRecord } from '@wbiz/eventing/kafka/command-record';
import { connectKafka } from '@wbiz/eventing/kafka/kafka-client';
import { partitionOf } from '@wbiz/eventing/partition';
import { eventRecord } from '@wbiz/eventing/postgres/event-record';
import { QueryHandler, RepliesHandler, rpcServerOptions } from '@wbiz/eventing/rpc/query-handler';
import type { StagedReply } from '@wbiz/eventing/rpc/reply-publisher';
import { RpcClient } from '@wbiz/eventing/rpc/rpc-client';
import { createLogger } from '@wbiz/service-kit/logging';
import { provision } from '@wbiz/service-kit/provision';
import { startService } from '@wbiz/service-kit/run-service';
import { Secrets } from '@wbiz/service-kit/secrets';
import { simulatorForTests, webhookReceiver } from '@wbiz/simulator/simulator.harness';
import { embeddedStack, freePort, freshDatabase, topicPrefix, until } from '@wbiz/testing/stack';
import pg from 'pg';
import { TemplatesModule } from './templates.module.js';

const PARTITIONS = 2;

/** Stands for the gateway: holds the sealed tokens, sends commands and takes their replies. */
async function gatewayStandIn(onReplies: (replies: readonly StagedReply[]) => void) {
  const credentials = new Map<string, AccountCredentials>();

  @Controller()
  class Gateway {
    @QueryHandler('account.credentials')
    credentialsOf({ accountId }: Ask<'account.credentials'>) {
      return credentials.get(accountId) ?? null;
    }

    @RepliesHandler()
    replies(replies: readonly StagedReply[]) {
      onReplies(replies);
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
  return { address: `127.0.0.1:${port}`, credentials, close: () => app.close() };
}

/** The templates service on its own Postgres schema and topics, the simulator as Meta, and the gateway's part played. */
export async function templatesSystem() {
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
    services: ['templates'],
    eventsPartitions: PARTITIONS,
  });
  const pool = new pg.Pool({ connectionString: databaseUrls.templates, max: 4 });
  pool.on('error', () => undefined); // the drop cuts it
  const logger = createLogger({ service: 'test', replica: 'test', level: 'fatal' });
  const kafka = connectKafka({ brokers, clientId: 'test', logger });
  const producer = kafka.producer();
  const [simulator, receiver] = await Promise.all([simulatorForTests(), webhookReceiver()]);
  await simulator.control('POST', '/webhook', { url: receiver.url, secret: 'secret', verifyToken: 'token' });
  const gateway = await gatewayStandIn((replies) => bus.onReplies(replies));
  const bus = new CommandBus({
    producer,
    topicOf: () => name.commands('templates'),
    source: 'gateway',
    replyTo: gateway.address,
    ask: () => Promise.resolve(null),
    logger,
  });
  const secrets = new Secrets({ key: secretKey });
  const services: { stop: () => Promise<void>; rpc: RpcClient }[] = [];

  /** One more replica of the service. */
  const start = async () => {
    const rpcPort = await freePort();
    const { app, stop } = await startService(
      { name: 'templates', module: TemplatesModule, peers: ['gateway'] },
      {
        HEALTH_PORT: String(await freePort()),
        RPC_PORT: String(rpcPort),
        DATABASE_URL: databaseUrls.templates,
        KAFKA_BROKERS: brokers.join(','),
        TOPIC_PREFIX: prefix,
        CLOUD_API_URL: simulator.url,
        SECRET_KEY: secretKey.toString('base64'),
        LOG_LEVEL: 'fatal',
        GATEWAY_RPC: gateway.address,
      },
    );
    const service = { app, stop, rpc: new RpcClient(`127.0.0.1:${rpcPort}`) };
    services.push(service);
    return service;
  };

  const ask = <Name extends QueryName>(pattern: Name, data: Ask<Name>): Promise<Answer<Name>> =>
    services[0]!.rpc.request(pattern, data);

  const sent = Array.from({ length: PARTITIONS }, () => 0);
  let serial = 0;
  /** Says of an account on the shared log what the gateway says when one is connected. */
  const announce = async (accountId: string, wabaId: string, given: Partial<AccountData> = {}) => {
    const data: AccountData = {
      wabaId,
      name: 'Shop',
      status: 'active',
      plan: 'starter',
      entitled: true,
      unknownOutcomePolicy: 'fail',
      connectedAt: '2026-11-22T10:00:00.000Z',
      trialEndsAt: null,
      phoneNumbers: [],
      ...given,
    };
    const partition = partitionOf(accountId, PARTITIONS);
    const event = {
      sequence: (serial += 1),
      partition,
      previous: sent[partition]!,
      id: newId('evt'),
      accountId,
      stream: accountId,
      type: 'account.updated',
      data: JSON.stringify(data),
      traceparent: null,
      createdAt: new Date(),
    };
    sent[partition] = serial;
    await producer.send(eventRecord(event, { topic: name.events, source: 'gateway', epoch: 1 }));
  };

  /** A WABA of its own at Meta, with `templates` templates, and an account for it that nobody has announced. */
  const newAccount = async (templates = 3) => {
    const token = `token-${randomBytes(6).toString('hex')}`;
    const { id: wabaId } = (await simulator.control('POST', '/wabas', { token, phoneNumbers: 1 })).body as {
      id: string;
    };
    const accountId = newId('acc');
    gateway.credentials.set(accountId, { wabaId, sealedToken: secrets.seal(token, accountId) });
    const create = async (template: string, more: object = {}) => {
      const { body } = await simulator.graph(
        'POST',
        `/${wabaId}/message_templates`,
        {
          name: template,
          language: 'en_US',
          category: 'UTILITY',
          components: [{ type: 'BODY', text: 'Your order is on its way.' }],
          ...more,
        },
        token,
      );
      return (body as { id: string }).id;
    };
    for (let extra = 3; extra < templates; extra += 1)
      await create(`extra_${String(extra).padStart(3, '0')}`);
    const remove = (template: string) =>
      simulator.graph('DELETE', `/${wabaId}/message_templates?name=${template}`, undefined, token);
    return { accountId, wabaId, token, create, remove };
  };

  /** `POST /v1/templates/sync`: the reply that it was accepted, and what came of it. */
  const sync = async (accountId: string, command: { id?: string; timeoutMs?: number } = {}) => {
    const { id = newId('cmd'), timeoutMs = 20_000 } = command;
    const accepted = await bus.send(
      'templates',
      { id, type: 'template.sync', accountId, data: {}, deadline: Date.now() + 20_000 },
      { key: accountId },
    );
    return { id, accepted, settled: await bus.settled(id, timeoutMs) };
  };

  /** Puts on the topic of changes what a webhook of Meta's says. */
  const change = (wabaId: string, field: string, value: object, at = new Date().toISOString()) => {
    const data: MetaChange = { wabaId, receivedAt: new Date().toISOString(), at, field, value: { ...value } };
    const record = { id: newId('cmd'), type: META_CHANGE, accountId: '', data };
    return producer.send(
      commandRecord(record, { topic: name.inboundChanges, key: wabaId, source: 'gateway' }),
    );
  };

  /** Passes on, as the gateway does, what the simulator has posted of one field so far. */
  const passOn = async (wabaId: string, field: string) => {
    const entries = receiver.received.flatMap(
      ({ body }) => body.entry as { id: string; time: number; changes: MetaChange[] }[],
    );
    for (const { id, time, changes } of entries)
      for (const one of changes)
        if (id === wabaId && one.field === field)
          await change(id, field, one.value, new Date(time * 1_000).toISOString());
  };

  const eventsOf = async (accountId: string) => {
    const { rows } = await pool.query<{ type: string; data: Record<string, unknown> }>(
      'select type, data from templates.events where account_id = $1 order by position',
      [accountId],
    );
    return rows;
  };
  const listOf = async (accountId: string) => (await ask('template.list', { accountId, limit: 200 })).data;
  /** Resolves when nothing is to be pulled for the account any more. */
  const idle = (accountId: string) =>
    until(
      async () => {
        const { rows } = await pool.query(
          'select from templates.syncs where account_id = $1 and due_at is null and lease_until is null',
          [accountId],
        );
        return rows.length === 1;
      },
      { describe: 'the pull to be over', timeoutMs: 20_000 },
    );

  const close = async () => {
    await Promise.all(services.map(({ stop }) => stop()));
    services.forEach(({ rpc }) => rpc.close());
    await Promise.all([gateway.close(), producer.close(), simulator.close(), receiver.close()]);
    await kafka.close();
    await pool.end();
    await database.drop();
  };

  return {
    start,
    ask,
    announce,
    newAccount,
    sync,
    change,
    passOn,
    eventsOf,
    listOf,
    idle,
    pool,
    simulator,
    receiver,
    bus,
    close,
  };
}
export type TemplatesSystem = Awaited<ReturnType<typeof templatesSystem>>;
