import { Inject, Injectable } from '@nestjs/common';
import { COMMANDS } from '@wbiz/contracts/command-catalogue';
import { topics, type Service } from '@wbiz/contracts/topics';
import { BatchingProducer } from '@wbiz/eventing/kafka/batching-producer';
import { KafkaCommandServer } from '@wbiz/eventing/kafka/command-server';
import { ConsumerHealth, watchConsumers, type ConsumerStatus } from '@wbiz/eventing/kafka/consumer-health';
import type { KafkaClient } from '@wbiz/eventing/kafka/kafka-client';
import type { Command } from '@wbiz/eventing/message';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import type { InlineProjection } from '@wbiz/eventing/postgres/inline-projection';
import type { Projection } from '@wbiz/eventing/postgres/projection';
import { OutboxRelay, type OnCompared } from '@wbiz/eventing/postgres/relay';
import { keepReplyPartitions } from '@wbiz/eventing/postgres/reply-partitions';
import { WakeUp } from '@wbiz/eventing/postgres/wake-up';
import { ReplyPublisher } from '@wbiz/eventing/rpc/reply-publisher';
import type { Pool } from 'pg';
import { PG_POOL } from './database.module.js';
import type { DirectCommands } from './direct-commands.js';
import type { Finding } from './health.js';
import { KAFKA } from './kafka.js';
import { groupOf, Projections } from './projections.js';
import { RUNTIME, type Runtime } from './runtime.js';
import { secondsSince } from './telemetry.js';

export const EVENTING_OPTIONS = Symbol('EVENTING_OPTIONS');
export type EventingOptions = {
  /** The topics that this service consumes; default: its commands. */
  readonly consumes?: readonly ('commands' | 'inbound' | 'inboundChanges')[];
  /** The commands passed straight to an aggregate; all others need a `@CommandHandler`. */
  readonly commands?: readonly DirectCommands[];
  /** The service does not start unless each of these commands has a handler; default: all commands that it owns. */
  readonly requires?: readonly string[];
  /** Projections of this service's own events, updated in the transaction that appends the events. */
  readonly inline?: readonly InlineProjection[];
  readonly onCompared?: OnCompared;
  /** Projections of the shared log; one that needs injected providers is added with {@link Projections.add}. */
  readonly projections?: readonly Projection[];
};

/** Starts, watches and stops the parts of a service's eventing. */
@Injectable()
export class Eventing {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(EVENTING_OPTIONS) private readonly options: EventingOptions,
    @Inject(PG_POOL) private readonly pool: Pool,
    @Inject(KAFKA) private readonly kafka: KafkaClient,
    private readonly store: EventStore,
    private readonly relay: OutboxRelay,
    private readonly wakeUp: WakeUp,
    private readonly consumers: ConsumerHealth,
    private readonly projections: Projections,
    private readonly producer: BatchingProducer,
    private readonly replies: ReplyPublisher,
  ) {
    options.projections?.forEach((projection) => projections.add(projection));
  }

  /** Nest's transport for the service's commands; undefined if the service consumes no topics. */
  commandServer(): KafkaCommandServer | undefined {
    const { kafka, replies, consumers, runtime, producer } = this;
    const { service, config, logger, metrics } = runtime;
    const { consumes = ['commands'], requires = commandsTo(service) } = this.options;
    if (!consumes.length) return;
    const name = topics(config.TOPIC_PREFIX);
    const known = {
      commands: { topic: name.commands(service as Service), unknown: 'dead-letter' },
      inbound: { topic: name.inbound, unknown: 'ignore' },
      inboundChanges: { topic: name.inboundChanges, unknown: 'ignore' },
    } as const;
    // Creates each series at 0: Prometheus sees no increase in a series that begins at 1.
    for (const consumed of consumes) metrics.deadLetters.inc({ topic: known[consumed].topic }, 0);
    const server = new KafkaCommandServer({
      kafka,
      producer: {
        send: async (record) => {
          await producer.send(record);
          metrics.deadLetters.inc({ topic: String(record.headers['dl_topic']) });
        },
      },
      topics: consumes.map((topic) => known[topic]),
      groupId: groupOf(runtime),
      deadLetters: name.deadLetters,
      replies,
      health: consumers,
      logger,
      requires: consumes.includes('commands') ? requires : [],
      startSpan: runtime.startSpan,
      onHandled: (type, ms, outcome) => metrics.commandDuration.observe({ type, outcome }, ms / 1_000),
    });
    for (const { aggregate, names } of this.options.commands ?? [])
      for (const name of names)
        server.addHandler(name, (command: Command) => this.store.pass(aggregate, command));
    return server;
  }

  /** Starts everything but the command server, which Nest starts. */
  async start(): Promise<void> {
    const { runtime, pool, kafka, relay, wakeUp, projections, consumers } = this;
    const { service, logger, shutdown } = runtime;
    const stopKeeping = await keepReplyPartitions({ pool, schema: service, logger });
    this.store.onCommitted(({ published }) => {
      if (published) relay.wake();
    });
    wakeUp.start();
    await relay.start();
    shutdown.on('consumers', 'projections', () => projections.close());
    shutdown.on('relay', 'relay', () => relay.stop());
    shutdown.on('relay', 'wake-up', () => wakeUp.stop());
    shutdown.on('relay', 'reply partitions', stopKeeping);
    await projections.start();
    const onDead = (consumer: ConsumerStatus) => {
      logger.fatal(
        { group: consumer.name, consumer, alarm: true },
        'consumer: no sign of life although the broker answers; exiting with 1',
      );
      process.exit(1);
    };
    shutdown.on(
      'consumers',
      'watch',
      watchConsumers({ health: consumers, ping: () => kafka.ping(), onDead }),
    );
    this.report();
  }

  private report(): void {
    const { relay, consumers, runtime } = this;
    const { health, metrics } = runtime;
    health.add('relay', async () => {
      const { leader, pending } = await relay.status();
      return { ok: true, detail: `${leader ? 'leads' : 'stands by'}, ${pending} pending` };
    });
    health.add('consumers', () => findingOf(consumers.statuses()));
    health.detail('consumers', () => consumers.statuses());
    const commands = groupOf(runtime);
    const joins = new Map<string, number>();
    metrics.beforeScrape(async () => {
      for (const status of consumers.statuses()) {
        const { name: group } = status;
        metrics.consumerMembers.set({ group }, isAtWork(status) ? 1 : 0);
        metrics.consumerWaiting.set({ group }, secondsSince(status.waitingSince));
        metrics.consumerJoins.inc({ group }, status.joins - (joins.get(group) ?? 0));
        joins.set(group, status.joins);
        if (group !== commands) continue;
        metrics.consumerLag.set({ group }, status.lag);
        metrics.consumerLagAge.set({ group }, secondsSince(status.oldestAt()));
      }
    });
    metrics.beforeScrape(async () => {
      const { pending, oldestPendingMs } = await relay.status();
      metrics.outboxPending.set(pending);
      metrics.outboxAge.set(oldestPendingMs / 1_000);
    });
  }
}

const commandsTo = (service: string) =>
  Object.entries(COMMANDS).flatMap(([name, { owner }]) => (owner === service ? [name] : []));

type Status = Readonly<ConsumerStatus>;
const isAtWork = ({ state }: Status) => state === 'running' || state === 'waiting';

/** A rebalance, or a halted projection (which has its own alarm), must not make the service unready. */
const isJoined = (status: Status) =>
  isAtWork(status) || status.state === 'halted' || (status.state === 'joining' && status.lastFetchAt > 0);

function findingOf(statuses: readonly Status[]): Finding {
  const described = statuses.map(
    ({ name, state, reason }) => `${name} ${state}${reason ? ` (${reason})` : ''}`,
  );
  return { ok: statuses.every(isJoined), detail: described.join(', ') };
}
