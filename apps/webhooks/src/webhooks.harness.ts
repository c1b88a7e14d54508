import { randomBytes } from 'node:crypto';
import type { EventPage } from '@wbiz/contracts/feed';
import { newId } from '@wbiz/contracts/ids';
import type { Ask } from '@wbiz/contracts/query-catalogue';
import { topics, type Service } from '@wbiz/contracts/topics';
import { ConsumerHealth } from '@wbiz/eventing/kafka/consumer-health';
import { EventConsumer } from '@wbiz/eventing/kafka/event-consumer';
import { connectKafka } from '@wbiz/eventing/kafka/kafka-client';
import { partitionOf } from '@wbiz/eventing/partition';
import { eventRecord, type EventRecord } from '@wbiz/eventing/postgres/event-record';
import type { Projection } from '@wbiz/eventing/postgres/projection';
import { Projector } from '@wbiz/eventing/postgres/projector';
import { RpcClient } from '@wbiz/eventing/rpc/rpc-client';
import { createLogger } from '@wbiz/service-kit/logging';
import { provision } from '@wbiz/service-kit/provision';
import { startService } from '@wbiz/service-kit/run-service';
import { embeddedStack, freePort, freshDatabase, topicPrefix, until } from '@wbiz/testing/stack';
import pg from 'pg';
import { WebhooksModule } from './webhooks.module.js';
import { SETTINGS } from './webhooks.settings.js';

const PARTITIONS = 3;

/** The webhooks service on its own Postgres schema and topics, and the parts of the other services on the shared log. */
export async function webhooksSystem() {
  const database = await freshDatabase();
  const { brokers } = embeddedStack();
  const prefix = topicPrefix();
  const { events: topic } = topics(prefix);
  const secretKey = randomBytes(32);
  const { databaseUrls } = await provision({
    databaseUrl: database.url,
    brokers,
    topicPrefix: prefix,
    secretKey,
    services: ['webhooks'],
    eventsPartitions: PARTITIONS,
  });
  const pool = new pg.Pool({ connectionString: databaseUrls.webhooks, max: 4 });
  pool.on('error', () => undefined); // the drop cuts it
  const logger = createLogger({ service: 'test', replica: 'test', level: 'fatal' });
  const kafka = connectKafka({ brokers, clientId: 'test', logger });
  const producer = kafka.producer();

  type Running = { stop: () => Promise<void>; rpc: RpcClient };
  const services = new Set<Running>();
  /** One more replica of the service, and how it is asked. */
  const start = async () => {
    const rpcPort = await freePort();
    const service = await startService(
      { name: 'webhooks', module: WebhooksModule, settings: SETTINGS },
      {
        HEALTH_PORT: String(await freePort()),
        RPC_PORT: String(rpcPort),
        DATABASE_URL: databaseUrls.webhooks,
        KAFKA_BROKERS: brokers.join(','),
        TOPIC_PREFIX: prefix,
        SECRET_KEY: secretKey.toString('base64'),
        LOG_LEVEL: 'fatal',
      },
    );
    const rpc = new RpcClient(`127.0.0.1:${rpcPort}`);
    const read = (ask: Ask<'feed.read'>) => rpc.request<EventPage>('feed.read', ask, { timeoutMs: 30_000 });
    const running = {
      rpc,
      read,
      stop: async () => {
        services.delete(running);
        await service.stop();
        rpc.close();
      },
    };
    services.add(running);
    return running;
  };

  const heads = new Map<string, number>();
  const serials = new Map<Service, number>();
  /** An event as a service's relay puts it on the log. */
  const publish = async (
    source: Service,
    accountId: string,
    type: string,
    data: object = {},
  ): Promise<EventRecord> => {
    const partition = partitionOf(accountId, PARTITIONS);
    const sequence = (serials.get(source) ?? 0) + 1;
    const previous = heads.get(`${source}/${partition}`) ?? 0;
    serials.set(source, sequence);
    heads.set(`${source}/${partition}`, sequence);
    const event = {
      sequence,
      partition,
      previous,
      id: newId('evt'),
      accountId,
      stream: 'stream',
      type,
      data: JSON.stringify(data),
      traceparent: null,
      createdAt: new Date(),
    };
    const record = eventRecord(event, { topic, source, epoch: 1 });
    await producer.send(record);
    return record;
  };
  const repeat = (record: EventRecord) => producer.send(record);

  /** Everything an account can read, a page of `limit` at a time, with the cursors it went by. */
  const readAll = async (
    { read }: { read: (ask: Ask<'feed.read'>) => Promise<EventPage> },
    accountId: string,
    limit = 200,
  ) => {
    const pages: EventPage[] = [];
    for (let since: string | undefined; ; since = pages.at(-1)!.nextCursor) {
      const page = await read({ accountId, limit, ...(since === undefined ? {} : { since }) });
      if (page.data.length === 0) return { events: pages.flatMap(({ data }) => data), pages };
      pages.push(page);
    }
  };
  const length = async (accountId: string) => {
    const { rows } = await pool.query<{ n: number }>(
      'select count(*)::int as n from webhooks.feed where account_id = $1',
      [accountId],
    );
    return rows[0]!.n;
  };
  const filled = (accountId: string, count: number) =>
    until(async () => (await length(accountId)) >= count, {
      describe: `${count} events in the feed`,
      timeoutMs: 20_000,
    });

  /** Empties the feed and fills it from the log with a projection of its own; resolves when `done`. */
  const rebuild = async (projection: Projection, done: () => Promise<unknown>) => {
    await pool.query('truncate webhooks.feed, webhooks.feed_heads, webhooks.checkpoints');
    const projector = new Projector({ pool, schema: 'webhooks', projection, logger });
    const groupId = `${prefix}rebuild`;
    const consumer = new EventConsumer({
      kafka,
      topic,
      groupId,
      projection,
      projector,
      health: new ConsumerHealth(),
      logger,
    });
    await consumer.start();
    try {
      await done();
    } finally {
      await consumer.close();
    }
  };

  const close = async () => {
    await Promise.all([...services].map(({ stop }) => stop()));
    await producer.close();
    await kafka.close();
    await pool.end();
    await database.drop();
  };
  return { start, publish, repeat, readAll, length, filled, rebuild, pool, close };
}
export type WebhooksSystem = Awaited<ReturnType<typeof webhooksSystem>>;
