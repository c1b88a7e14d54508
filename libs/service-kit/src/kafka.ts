import { topics } from '@wbiz/contracts/topics';
import { connectKafka, type KafkaClient } from '@wbiz/eventing/kafka/kafka-client';
import { untilReachable } from './until-reachable.js';
import type { Runtime } from './runtime.js';

/** Injection token of the service's Kafka client: `@Inject(KAFKA) kafka: KafkaClient`. */
export const KAFKA = Symbol('KAFKA');

/** Injection token of the number of partitions of the shared log. */
export const EVENTS_PARTITIONS = Symbol('EVENTS_PARTITIONS');

export function openKafka({ service, config, kafka, logger, shutdown }: Runtime): KafkaClient {
  // The port makes the client id unique on this host.
  const clientId = `wbiz-${service}-${config.RPC_PORT}`;
  const client = connectKafka({ ...kafka, clientId, sole: true, logger });
  shutdown.on('producers', 'Kafka', () => client.close());
  return client;
}

const NO_BROKER =
  'No broker answers, or none accepts the credentials of this process (KAFKA_SSL…, KAFKA_SASL…).';

/** Resolves to the number of partitions of the shared log, once a broker answers and the topic exists. */
export function eventsPartitions(runtime: Runtime, kafka: KafkaClient): Promise<number> {
  const { KAFKA_BROKERS, TOPIC_PREFIX } = runtime.config;
  const { events } = topics(TOPIC_PREFIX);
  return untilReachable(`topic ${events} on Kafka at ${KAFKA_BROKERS.join(', ')}`, runtime, async () => {
    // Without this, kafkajs would retry for half a minute before it reports that no broker answers.
    if (!(await kafka.ping())) throw Object.assign(new Error(NO_BROKER), { code: 'ECONNREFUSED' });
    return kafka.partitionsOf(events);
  });
}
