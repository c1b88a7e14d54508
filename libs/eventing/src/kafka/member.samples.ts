// A program: a command server that prints what it does, a line each, until SIGTERM.
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from '../message.js';
import { KafkaCommandServer } from './command-server.js';
import { ConsumerHealth } from './consumer-health.js';
import { connectKafka } from './kafka-client.js';

const [brokers, topic, groupId, deadLetters] = process.argv.slice(2) as [string, string, string, string];
const say = (line: string) => process.stdout.write(`${line}\n`);
const told = (fields: object, message: string) => {
  const { err } = fields as { err?: { type?: string; message: string } };
  say(`log ${message}${err ? `: ${err.type ?? err.message}` : ''}`);
};
process.on('warning', ({ name }) => say(`warning ${name}`));

const kafka = connectKafka({
  brokers: brokers.split(','),
  clientId: 'member',
  logger: { debug: told, info: told, warn: told, error: told },
});
const server = new KafkaCommandServer({
  kafka,
  producer: kafka.producer(),
  topics: [{ topic, unknown: 'dead-letter' }],
  groupId,
  deadLetters,
  replies: { reply: (_, { commandId }) => say(`replied ${commandId}`) },
  health: new ConsumerHealth(),
  logger: { debug: told, info: told, warn: told, error: told },
});
server.addHandler('do', async ({ id }: Command) => {
  say(`begun ${id}`);
  await delay(100);
  return id as never;
});
server.listen((error) => say(error ? `failed ${String(error)}` : 'listening'));
process.once('SIGTERM', () => {
  void server
    .close()
    .then(() => kafka.close())
    .then(() => say('closed'));
});
