import { setTimeout as delay } from 'node:timers/promises';
import { embeddedStack, topicPrefix } from '@wbiz/testing/stack';
import type { Logger } from '../logger.js';
import type { Command } from '../message.js';
import type { StagedReply } from '../rpc/reply-publisher.js';
import { commandRecord, commandRecords, type KeyedCommand } from './command-record.js';
import { KafkaCommandServer, type CommandServerOptions } from './command-server.js';
import { ConsumerHealth } from './consumer-health.js';
import { connectKafka, type KafkaClient } from './kafka-client.js';

export type Logged = { level: string; message: string; fields: Record<string, unknown> };

/** A logger that keeps its entries. */
export function keptLog(): Logger & { entries: Logged[] } {
  const entries: Logged[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void entries.push({ level, message, fields: fields as Record<string, unknown> });
  return { entries, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export const connect = (logger: Logger = keptLog(), brokers = embeddedStack().brokers) =>
  connectKafka({ brokers, clientId: 'spec', logger });

/** A topic of commands, a topic of dead letters, a producer, and command servers; `close` closes them all. */
export async function commandRoom({ partitions = 4, brokers = embeddedStack().brokers } = {}) {
  const prefix = topicPrefix();
  const log = keptLog();
  const kafka = connect(log, brokers);
  const topic = `${prefix}commands`;
  const deadLetters = `${prefix}dead-letters`;
  const groupId = `${prefix}service`;
  await kafka.ensureTopics([
    { topic, partitions },
    { topic: deadLetters, partitions: 1 },
  ]);
  const producer = kafka.producer();
  const replies: (StagedReply & { address: string })[] = [];
  const health = new ConsumerHealth();
  const open: KafkaCommandServer[] = [];

  /** Starts a command server with these handlers by type, registered as Nest does; resolves once it listens. */
  const serve = async (
    handlers: Record<string, (command: Command) => unknown>,
    more: Partial<CommandServerOptions> = {},
  ) => {
    const server = new KafkaCommandServer({
      kafka,
      producer,
      topics: [{ topic, unknown: 'dead-letter' }],
      groupId,
      deadLetters,
      replies: { reply: (address, reply) => void replies.push({ ...reply, address }) },
      health,
      logger: log,
      ...more,
    });
    for (const [type, handle] of Object.entries(handlers))
      server.addHandler(type, async (command: Command) => handle(command) as never);
    open.push(server);
    await new Promise<void>((resolve, reject) =>
      server.listen((error) => (error ? reject(error) : resolve())),
    );
    return server;
  };

  return {
    kafka,
    log,
    topic,
    deadLetters,
    groupId,
    producer,
    replies,
    health,
    serve,
    send: (key: string, id: string, data: unknown = {}, type = 'do') =>
      producer.send(commandRecord(command(id, data, type), { topic, key, source: 'spec' })),
    /** Several commands in one record. */
    sendList: (all: readonly KeyedCommand[], partition = 0) => {
      const [record] = commandRecords(all, { topic, partition, source: 'spec', most: 1_000_000 });
      return producer.send(record!);
    },
    close: async () => {
      await Promise.all(open.map((server) => server.close()));
      await producer.close();
      await kafka.close();
    },
  };
}

export const command = (id: string, data: unknown = {}, type = 'do'): Command => ({
  id,
  type,
  accountId: 'acc_1',
  data,
  replyTo: '127.0.0.1:4000',
});

/** All records of a topic, read from its beginning to its current end offsets; after 10 s, those read so far. */
export async function recordsOf(kafka: KafkaClient, topic: string) {
  const expected = (await kafka.endOffsets(topic)).reduce((sum, offset) => sum + offset, 0);
  const found: { key?: string; value?: string; headers: Record<string, string>; partition: number }[] = [];
  const consumer = kafka.consume({
    topics: [topic],
    groupId: `${topic}.reader.${Math.random()}`,
    status: new ConsumerHealth().add('reader'),
    eachBatch: async ({ records, partition }) => {
      for (const { key, value, headers = {} } of records)
        found.push({
          partition,
          key: key?.toString(),
          value: value?.toString(),
          headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)])),
        });
    },
  });
  await consumer.start();
  for (const giveUp = Date.now() + 10_000; found.length < expected && Date.now() < giveUp;) await delay(10);
  await consumer.close();
  return found;
}
