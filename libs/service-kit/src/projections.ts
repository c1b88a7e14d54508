import { Inject, Injectable } from '@nestjs/common';
import { topics, type Service } from '@wbiz/contracts/topics';
import { ConsumerHealth } from '@wbiz/eventing/kafka/consumer-health';
import { EventConsumer } from '@wbiz/eventing/kafka/event-consumer';
import type { KafkaClient } from '@wbiz/eventing/kafka/kafka-client';
import type { Projection } from '@wbiz/eventing/postgres/projection';
import { Projector } from '@wbiz/eventing/postgres/projector';
import { WakeUp } from '@wbiz/eventing/postgres/wake-up';
import type { Pool } from 'pg';
import { PG_POOL } from './database.module.js';
import { KAFKA } from './kafka.js';
import { Peers } from './peers.js';
import { RUNTIME, type Runtime } from './runtime.js';

/** What this service makes of the shared log. */
@Injectable()
export class Projections {
  private readonly projectors = new Map<string, Projector>();
  private readonly consumers: EventConsumer[] = [];

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(PG_POOL) private readonly pool: Pool,
    @Inject(KAFKA) private readonly kafka: KafkaClient,
    private readonly wakeUp: WakeUp,
    private readonly health: ConsumerHealth,
    private readonly peers: Peers,
  ) {}

  /** Adds a projection; for one that needs other providers, in a constructor or `onModuleInit`. */
  add(projection: Projection): void {
    const { service, config, logger, metrics } = this.runtime;
    const { pool, kafka, wakeUp, health } = this;
    const projector = new Projector({ pool, schema: service, projection, logger, wakeUp });
    const groupId = groupOf(this.runtime, projection.name);
    const topic = topics(config.TOPIC_PREFIX).events;
    this.projectors.set(projection.name, projector);
    this.consumers.push(new EventConsumer({ kafka, topic, groupId, projection, projector, health, logger }));
    metrics.beforeScrape(async () => {
      const lag = health.statuses().find(({ name }) => name === groupId)?.lag ?? 0;
      metrics.projectionLag.set({ projection: projection.name }, lag);
    });
  }

  /**
   * Resolves when the projection holds everything that `owner` had committed for the account before the call. To be
   * awaited before an answer from a copy that must not lag. Throws `NotCaughtUp` after 2 s.
   */
  async caughtUp(projection: string, owner: Service, accountId: string): Promise<void> {
    const projector = this.projectors.get(projection);
    if (!projector) throw new Error(`There is no projection ${projection}.`);
    const { partition, sequence } = await this.peers.askOf(owner, 'log.head', { accountId });
    await projector.waitFor(owner, partition, sequence, { accountId });
  }

  async start(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.start()));
  }

  async close(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.close()));
  }
}

/** The consumer group of this service's commands, or of one of its projections. */
export const groupOf = ({ service, config }: Runtime, projection?: string) =>
  `${config.TOPIC_PREFIX ?? ''}wbiz.${service}${projection ? `.${projection}` : ''}`;
