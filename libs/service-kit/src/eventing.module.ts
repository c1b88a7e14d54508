import { Global, Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { newId } from '@wbiz/contracts/ids';
import { topics, type Service } from '@wbiz/contracts/topics';
import { BatchingProducer } from '@wbiz/eventing/kafka/batching-producer';
import { CommandBus } from '@wbiz/eventing/kafka/command-bus';
import { ConsumerHealth } from '@wbiz/eventing/kafka/consumer-health';
import type { KafkaClient } from '@wbiz/eventing/kafka/kafka-client';
import { SourceLog } from '@wbiz/eventing/kafka/source-log';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { OutboxRelay } from '@wbiz/eventing/postgres/relay';
import { WakeUp } from '@wbiz/eventing/postgres/wake-up';
import { ReplyPublisher } from '@wbiz/eventing/rpc/reply-publisher';
import type { Pool } from 'pg';
import { PG_POOL } from './database.module.js';
import { EventingController } from './eventing.controller.js';
import { Eventing, EVENTING_OPTIONS, type EventingOptions } from './eventing.js';
import { EVENTS_PARTITIONS, eventsPartitions, KAFKA, openKafka } from './kafka.js';
import { Peers, rpcAddress } from './peers.js';
import { Projections } from './projections.js';
import { RUNTIME, type Runtime } from './runtime.js';

/**
 * Commands, events, replies and queries of a service. For injection: EventStore, CommandBus, ReplyPublisher (second
 * stages), Projections, Peers, OutboxRelay, WakeUp, BatchingProducer, KAFKA. `runService` starts and stops it all.
 */
@Global()
@Module({})
export class EventingModule {
  static forService(options: EventingOptions = {}): DynamicModule {
    const store: FactoryProvider<EventStore> = {
      provide: EventStore,
      useFactory: ({ service }: Runtime, pool: Pool) =>
        new EventStore({
          pool,
          schema: service,
          newEventId: () => newId('evt'),
          inline: options.inline ?? [],
        }),
      inject: [RUNTIME, PG_POOL],
    };
    const providers = [
      ...PROVIDERS,
      store,
      Peers,
      Projections,
      Eventing,
      { provide: EVENTING_OPTIONS, useValue: options },
    ];
    return { module: EventingModule, controllers: [EventingController], providers, exports: providers };
  }
}

const PROVIDERS: FactoryProvider[] = [
  { provide: KAFKA, useFactory: openKafka, inject: [RUNTIME] },
  { provide: EVENTS_PARTITIONS, useFactory: eventsPartitions, inject: [RUNTIME, KAFKA] },
  { provide: ConsumerHealth, useFactory: () => new ConsumerHealth() },
  {
    provide: BatchingProducer,
    useFactory: (runtime: Runtime, kafka: KafkaClient) => openProducer(runtime, kafka, 'producer'),
    inject: [RUNTIME, KAFKA],
  },
  {
    provide: WakeUp,
    useFactory: ({ service, logger }: Runtime, pool: Pool) =>
      new WakeUp({ pool, logger, name: `wbiz-${service}-wake-up` }),
    inject: [RUNTIME, PG_POOL],
  },
  {
    provide: OutboxRelay,
    useFactory: (
      runtime: Runtime,
      pool: Pool,
      kafka: KafkaClient,
      partitions: number,
      wakeUp: WakeUp,
      { onCompared }: EventingOptions,
    ) => {
      const { service, config, logger } = runtime;
      // A separate producer, so that a long queue of events does not delay commands.
      const producer = openProducer(runtime, kafka, "the relay's producer");
      const topic = topics(config.TOPIC_PREFIX).events;
      return new OutboxRelay({
        pool,
        schema: service,
        source: service,
        topic,
        partitions,
        produce: (records) => producer.sendAll(records),
        log: new SourceLog(kafka, { topic, source: service }),
        logger,
        wakeUp,
        onCompared,
      });
    },
    inject: [RUNTIME, PG_POOL, KAFKA, EVENTS_PARTITIONS, WakeUp, EVENTING_OPTIONS],
  },
  {
    provide: ReplyPublisher,
    useFactory: ({ trust, logger, shutdown }: Runtime) => {
      const replies = new ReplyPublisher(trust, logger);
      shutdown.on('producers', 'replies', () => replies.close());
      return replies;
    },
    inject: [RUNTIME],
  },
  {
    provide: CommandBus,
    useFactory: (
      { service, config, logger, startSpan }: Runtime,
      kafka: KafkaClient,
      producer: BatchingProducer,
      peers: Peers,
    ) =>
      new CommandBus({
        producer,
        topicOf: (to) => topics(config.TOPIC_PREFIX).commands(to as Service),
        partitionsOf: (topic) => kafka.partitionsOf(topic),
        source: service,
        replyTo: rpcAddress(config),
        startSpan,
        ask: (to, commandId) => peers.askOf(to as Service, 'command.reply', { commandId, expire: true }),
        logger,
      }),
    inject: [RUNTIME, KAFKA, BatchingProducer, Peers],
  },
];

function openProducer({ metrics, shutdown }: Runtime, kafka: KafkaClient, name: string): BatchingProducer {
  const producer = kafka.producer(({ records, ms, ok }) => {
    metrics.kafkaProduce.observe({ outcome: ok ? 'ok' : 'failed' }, ms / 1_000);
    if (ok) metrics.kafkaProduced.inc(records);
  });
  shutdown.on('producers', name, () => producer.close());
  return producer;
}
