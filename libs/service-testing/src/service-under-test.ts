import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addressOf,
  type CommandData,
  type CommandName,
  type CommandOutcome,
  type CommandReply,
} from '@wbiz/contracts/command-catalogue';
import { newId } from '@wbiz/contracts/ids';
import type { Answer, Ask, QueryName } from '@wbiz/contracts/query-catalogue';
import { topics, type Service } from '@wbiz/contracts/topics';
import { CommandBus } from '@wbiz/eventing/kafka/command-bus';
import { connectKafka } from '@wbiz/eventing/kafka/kafka-client';
import type { Reply } from '@wbiz/eventing/message';
import { RpcClient } from '@wbiz/eventing/rpc/rpc-client';
import { provision } from '@wbiz/service-kit/provision';
import { startService, type ServiceOptions } from '@wbiz/service-kit/run-service';
import { Secrets } from '@wbiz/service-kit/sealing';
import { peerSetting } from '@wbiz/service-kit/settings';
import { embeddedStack, freePort, freshDatabase, topicPrefix } from '@wbiz/testing/stack';
import pg from 'pg';
import { metricIn } from './metric-in.js';
import { quiet } from './quiet.js';
import { NOBODY, standIn, type Answers } from './peers.js';
import { sharedTopics } from './shared-topics.js';

type Surroundings = {
  /** The answers of the service's peers. A peer without answers cannot be reached. */
  readonly peers?: Answers;
  /** Settings added to those of every service under test. */
  readonly env?: NodeJS.ProcessEnv;
  /** The number of partitions of the shared log. */
  readonly partitions?: number;
  /** Further services to whose topics the service writes. */
  readonly beside?: readonly Service[];
};
type Sent = { readonly accountId: string; readonly id?: string; readonly timeoutMs?: number };

/**
 * A service with its own database, topics and files, started in this process as its main does; its peers are replaced
 * by `answers`. The spec sends it commands as the gateway does, asks it queries, and writes and reads the topics that
 * it shares with other services. `start` starts one more replica.
 */
export async function serviceUnderTest(
  service: ServiceOptions,
  { peers: answers = {}, env = {}, partitions = 2, beside = [] }: Surroundings = {},
) {
  const { brokers } = embeddedStack();
  const prefix = topicPrefix();
  const secretKey = randomBytes(32);
  const trust = { secret: randomBytes(32) };
  const [database, files] = await Promise.all([freshDatabase(), mkdtemp(join(tmpdir(), 'wbiz-files-'))]);
  const { databaseUrls } = await provision({
    databaseUrl: database.url,
    kafka: { brokers },
    topicPrefix: prefix,
    services: [service.name, ...beside],
    eventsPartitions: partitions,
  });
  const pool = new pg.Pool({ connectionString: databaseUrls[service.name], max: 4 });
  pool.on('error', () => undefined); // dropping the database cuts the pool's connections
  const kafka = connectKafka({ brokers, clientId: 'spec', logger: quiet });
  const producer = kafka.producer();
  const peers = await standIn(answers, trust, (replies) => bus.onReplies(replies));
  const bus = new CommandBus({
    producer,
    topicOf: (owner) => topics(prefix).commands(owner as Service),
    partitionsOf: (topic) => kafka.partitionsOf(topic),
    source: 'gateway',
    replyTo: peers.address,
    ask: (_owner, commandId) => ask('command.reply', { commandId, expire: true }),
    logger: quiet,
  });
  const shared = sharedTopics({ kafka, producer, prefix, partitions });

  const replicas = new Set<{ readonly ask: typeof ask; readonly stop: () => Promise<void> }>();
  const start = async () => {
    const [port, healthPort, rpcPort] = [await freePort(), await freePort(), await freePort()];
    const running = await startService(service, {
      PORT: String(port),
      HEALTH_PORT: String(healthPort),
      RPC_PORT: String(rpcPort),
      DATABASE_URL: databaseUrls[service.name],
      KAFKA_BROKERS: brokers.join(','),
      TOPIC_PREFIX: prefix,
      CLOUD_API_URL: `http://${NOBODY}`,
      TOKENS_KEY: secretKey.toString('base64'),
      WEBHOOKS_KEY: secretKey.toString('base64'),
      ANSWERS_KEY: secretKey.toString('base64'),
      RPC_SECRET: trust.secret.toString('base64'),
      LOG_LEVEL: 'fatal',
      MEDIA_STORE: files,
      ...Object.fromEntries((service.peers ?? []).map((peer) => [peerSetting(peer), peers.addressOf(peer)])),
      ...env,
    });
    const rpc = new RpcClient(`127.0.0.1:${rpcPort}`, trust);
    const replica = {
      ...running,
      /** The base URL of the service's public API, if it has one. */
      url: `http://127.0.0.1:${port}`,
      healthUrl: `http://127.0.0.1:${healthPort}`,
      /** A metric's value as a scrape finds it; see {@link metricIn}. */
      metric: async (name: string, labels?: Readonly<Record<string, string>>) =>
        metricIn(await running.runtime.metrics.text(), name, labels),
      ask: <Name extends QueryName>(name: Name, asked: Ask<Name>): Promise<Answer<Name>> =>
        rpc.request(name, asked, { timeoutMs: 30_000 }),
      stop: async () => {
        replicas.delete(replica);
        await running.stop();
        rpc.close();
      },
    };
    replicas.add(replica);
    return replica;
  };

  /** Asks the replica that has run longest. */
  const ask = async <Name extends QueryName>(name: Name, asked: Ask<Name>): Promise<Answer<Name>> => {
    const [first] = replicas;
    if (!first) throw new Error(`No replica of ${service.name} runs.`);
    return first.ask(name, asked);
  };

  /** Sends a command; resolves to its reply. `settled` resolves to the reply of the second stage. */
  const send = async <Name extends CommandName>(
    name: Name,
    data: CommandData<Name>,
    { accountId, id = newId('cmd'), timeoutMs = 20_000 }: Sent,
  ) => {
    const { owner, key } = addressOf(name, data, accountId);
    const command = { id, type: name, accountId, data, deadline: Date.now() + timeoutMs };
    const accepted = await bus.send(owner, command, { key });
    return {
      id,
      accepted: accepted as Reply<CommandReply<Name>>,
      settled: (withinMs = timeoutMs) =>
        bus.settled(id, withinMs) as Promise<Reply<CommandOutcome<Name>> | undefined>,
    };
  };

  const close = async () => {
    await Promise.all([...replicas].map(({ stop }) => stop()));
    await shared.close();
    await Promise.all([peers.close(), producer.close()]);
    await Promise.all([kafka.close(), pool.end()]);
    await Promise.all([database.drop(), rm(files, { recursive: true })]);
  };

  return {
    ...shared,
    prefix,
    pool,
    kafka,
    secrets: new Secrets({ key: secretKey }),
    /** The secret that the service and its peers share. */
    trust,
    /** The directory of the service's MEDIA_STORE. */
    files,
    asked: peers.asked,
    start,
    ask,
    send,
    close,
  };
}
