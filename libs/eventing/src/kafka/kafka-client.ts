import { setTimeout as delay } from 'node:timers/promises';
import {
  Kafka,
  logLevel,
  Partitioners,
  type Admin,
  type LogEntry,
  type Message,
  type PartitionerArgs,
  type SASLOptions,
} from 'kafkajs';
import type { Logger } from '../logger.js';
import { partitionOf } from '../partition.js';
import { BatchingProducer, type OnRequest, type ProducerLink } from './batching-producer.js';
import { dismissPredecessor } from './predecessor.js';
import { RecordConsumer, type ConsumeOptions } from './record-consumer.js';
import { quickenRecords } from './record-codec.js';
import { quietenRequestQueues } from './request-queue.js';

/**
 * `replicas`: the broker's default unless set. `config`: topic settings by the broker's names, as `{ 'retention.ms':
 * '-1' }`.
 */
export type TopicSpec = {
  readonly topic: string;
  readonly partitions: number;
  readonly replicas?: number;
  readonly config?: Readonly<Record<string, string>>;
};

/** Topic setting: the brokers refuse writes while fewer replicas than this are in sync. */
export const MIN_INSYNC = 'min.insync.replicas';

/** kafkajs' ConfigResourceTypes.TOPIC, which Node cannot import by name. */
const TOPIC_RESOURCE = 2;

export type KafkaClient = ReturnType<typeof connectKafka>;

// Set here since kafkajs has other defaults while NODE_ENV is 'test'; these values decide how soon a broker's
// fault is noticed.
const retry = { initialRetryTime: 100, maxRetryTime: 5_000, multiplier: 2, factor: 0.2, retries: 8 };

/** How the brokers are reached: without TLS and unauthenticated unless set. */
export type KafkaAccess = {
  readonly brokers: readonly string[];
  /**
   * TLS: `ca` if a private authority signed the brokers' certificates, `cert` and `key` if brokers ask for the
   * client's.
   */
  readonly ssl?: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined;
  readonly sasl?: SASLOptions | undefined;
};

/**
 * A client of a Kafka cluster, connected at first use. Its producers and consumers are closed by the code that opened
 * them; `close` ends only the admin connection.
 */
export function connectKafka({
  brokers,
  ssl,
  sasl,
  clientId,
  sole = false,
  logger,
}: KafkaAccess & {
  readonly clientId: string;
  /**
   * Whether only one live process on this host has the client id: an existing group member with it is dead, and
   * removed.
   */
  readonly sole?: boolean;
  readonly logger: Logger;
}) {
  quietenRequestQueues();
  quickenRecords();
  const config = {
    brokers: [...brokers],
    ...(ssl && { ssl: { ...ssl } }),
    ...(sasl && { sasl }),
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    logLevel: logLevel.INFO,
    logCreator: () => logThrough(logger),
  };
  const client = () => new Kafka({ ...config, retry });
  const admin = client().admin();
  let connected: Promise<void> | undefined;
  const connectedAdmin = async () => {
    connected ??= admin.connect();
    try {
      await connected;
    } catch (error) {
      connected = undefined;
      throw error;
    }
    return admin;
  };

  const partitionsOf = async (topic: string): Promise<number> => {
    const { topics } = await (await connectedAdmin()).fetchTopicMetadata({ topics: [topic] });
    return topics[0]!.partitions.length;
  };

  /** Retries for 15 s while the topic is unknown: a broker learns of a new topic with a delay. */
  const onceKnown = async (topic: string): Promise<number> => {
    for (const giveUp = Date.now() + 15_000; ; await delay(50)) {
      try {
        return await partitionsOf(topic);
      } catch (error) {
        const { type } = error as { type?: string };
        if (type !== 'UNKNOWN_TOPIC_OR_PARTITION' || Date.now() > giveUp) throw error;
      }
    }
  };

  return {
    producer: (onRequest?: OnRequest) => new BatchingProducer(() => connectProducer(client()), onRequest),

    /** A member of a consumer group; it joins at `start()`. */
    consume: (options: ConsumeOptions) =>
      new RecordConsumer({
        ...options,
        logger,
        partitionsOf,
        beforeJoining: async () => {
          if (!sole) return;
          const parts = { kafka: client(), admin: await connectedAdmin(), logger };
          await dismissPredecessor(parts, { groupId: options.groupId, clientId });
        },
        // A client per consumer: kafkajs keeps a group's offsets per client, so two members would share them.
        connect: (timing) =>
          client().consumer({
            ...timing,
            groupId: options.groupId,
            maxBytesPerPartition: 256 * 1024,
            maxBytes: 5 * 1024 * 1024,
            allowAutoTopicCreation: false,
            retry: { ...retry, restartOnFailure: async () => true },
          }),
      }),

    /** Creates missing topics. Throws if one exists with another number of partitions. */
    ensureTopics: async (topics: readonly TopicSpec[]): Promise<void> => {
      const kafka = await connectedAdmin();
      const existing = new Set(await kafka.listTopics());
      const missing = topics.filter(({ topic }) => !existing.has(topic));
      if (missing.length > 0) {
        const brokers = await brokersOf(kafka);
        const wide = missing.find(({ replicas = 1 }) => replicas > brokers);
        if (wide)
          throw new Error(
            `The topic ${wide.topic} is to have ${wide.replicas} replicas, but the cluster has ${brokers} brokers.`,
          );
        await kafka.createTopics({
          waitForLeaders: false, // kafkajs gives up if the broker does not know the topic yet
          topics: missing.map(({ topic, partitions, replicas, config = {} }) => ({
            topic,
            numPartitions: partitions,
            replicationFactor: replicas,
            configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
          })),
        });
      }
      for (const { topic, partitions } of topics) {
        const found = await onceKnown(topic);
        if (found !== partitions)
          throw new Error(
            `The topic ${topic} has ${found} partitions and not ${partitions}: their number is fixed when it is made.`,
          );
      }
    },

    partitionsOf,

    /** The number of brokers in the cluster. */
    brokers: async (): Promise<number> => brokersOf(await connectedAdmin()),

    /** The durability of topics: their number of replicas, and how many must be in sync for a write. */
    durabilityOf: async (topics: readonly string[]) => {
      const kafka = await connectedAdmin();
      const described = await kafka.fetchTopicMetadata({ topics: [...topics] });
      const { resources } = await kafka.describeConfigs({
        includeSynonyms: false,
        resources: topics.map((name) => ({
          type: TOPIC_RESOURCE,
          name,
          configNames: [MIN_INSYNC],
        })),
      });
      return described.topics.map(({ name, partitions }) => ({
        topic: name,
        replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
        minInsync: Number(
          resources.find(({ resourceName }) => resourceName === name)!.configEntries[0]!.configValue,
        ),
      }));
    },

    /** By partition, the offset that the next record will get. */
    endOffsets: async (topic: string): Promise<number[]> => {
      const offsets = await onceLed(async () => (await connectedAdmin()).fetchTopicOffsets(topic));
      return byPartition(offsets.map(({ partition, high }) => ({ partition, offset: high })));
    },

    /**
     * By partition, the offset of the first record at or after `time` (ms since the epoch); the end offset if there is
     * none.
     */
    offsetsAt: async (topic: string, time: number): Promise<number[]> =>
      byPartition(
        await onceLed(async () => (await connectedAdmin()).fetchTopicOffsetsByTimestamp(topic, time)),
      ),

    /** By partition, the offset that a group has committed; -1 if none. */
    committedOffsets: async (groupId: string, topic: string): Promise<number[]> => {
      const [found] = await (await connectedAdmin()).fetchOffsets({ groupId, topics: [topic] });
      return byPartition(found!.partitions);
    },

    /** Whether a broker answers right now. */
    ping: async (): Promise<boolean> => {
      const once = new Kafka({
        ...config,
        logLevel: logLevel.NOTHING,
        requestTimeout: 3_000,
        retry: { retries: 0 },
      });
      const probe = once.admin();
      try {
        await probe.connect();
        await probe.describeCluster();
        return true;
      } catch {
        return false; // unreachable: the result, not a fault
      } finally {
        await probe.disconnect();
      }
    },

    close: async (): Promise<void> => {
      await admin.disconnect();
      connected = undefined;
    },
  };
}

async function connectProducer(kafka: Kafka): Promise<ProducerLink> {
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: keyedPartitioner,
  });
  await producer.connect();
  return {
    send: async (records) => {
      const topics = new Map<string, Message[]>();
      for (const record of records) {
        const messages = topics.get(record.topic);
        if (messages) messages.push(record as Message);
        else topics.set(record.topic, [record as Message]);
      }
      await producer.sendBatch({
        acks: -1,
        topicMessages: Array.from(topics, ([topic, messages]) => ({ topic, messages })),
      });
    },
    close: () => producer.disconnect(),
  };
}

/** Chooses partitions as Kafka's default partitioner does; for string keys ten times as fast as kafkajs' own. */
function keyedPartitioner() {
  const byDefault = Partitioners.DefaultPartitioner();
  return (args: PartitionerArgs) => {
    const { key, partition } = args.message;
    return typeof key === 'string' && partition === undefined
      ? partitionOf(key, args.partitionMetadata.length)
      : byDefault(args);
  };
}

/** Retries while a partition has no leader, as just after its topic was created: kafkajs then throws a TypeError. */
async function onceLed<T>(read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      if (attempt === LEADER_ATTEMPTS)
        throw new Error('Kafka names no leader for a partition.', { cause: error });
      await delay(100 * attempt);
    }
  }
}
/** The delays add up to 4.5 s; a leader is normally elected within 2 s. */
const LEADER_ATTEMPTS = 10;

const brokersOf = async (admin: Admin) => (await admin.describeCluster()).brokers.length;

function byPartition(offsets: readonly { partition: number; offset: string }[]): number[] {
  const found: number[] = [];
  for (const { partition, offset } of offsets) found[partition] = Number(offset);
  return found;
}

/** A kafkajs warning that does not apply here: BatchingProducer discards an idempotent producer that has failed. */
const NOT_SO_HERE = 'Limiting retries for the idempotent producer';

/**
 * Our log level for each of kafkajs': it logs errors that it then retries, rebalances included; its callers log the
 * outcome.
 */
const LOG_AS = {
  [logLevel.ERROR]: 'warn',
  [logLevel.WARN]: 'info',
  [logLevel.INFO]: 'debug',
  [logLevel.DEBUG]: 'debug',
  [logLevel.NOTHING]: 'debug',
} as const;

const logThrough =
  (logger: Logger) =>
  ({ level, namespace, log: { message, timestamp: _, logger: __, ...fields } }: LogEntry) =>
    logger[message.startsWith(NOT_SO_HERE) ? 'debug' : LOG_AS[level]](
      { ...fields, namespace },
      `kafkajs: ${message}${typeof fields['error'] === 'string' ? `: ${fields['error']}` : ''}`,
    );
