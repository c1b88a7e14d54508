import { Inject, Injectable } from '@nestjs/common';
import {
  SHOWN_PARKED,
  type ProjectionView,
  type RetriedAccount,
  type RewoundProjection,
} from '@wbiz/contracts/projection';
import type { Ask } from '@wbiz/contracts/query-catalogue';
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
  private readonly consumers = new Map<string, EventConsumer>();

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
    const { service, logger } = this.runtime;
    const { pool, kafka, wakeUp, health, topic } = this;
    const projector = new Projector({ pool, schema: service, projection, logger, wakeUp });
    const groupId = groupOf(this.runtime, projection.name);
    this.projectors.set(projection.name, projector);
    this.consumers.set(
      projection.name,
      new EventConsumer({ kafka, topic, groupId, projection, projector, health, logger }),
    );
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

  /** How far each projection is, and what it has parked, over all replicas. */
  async list(): Promise<readonly ProjectionView[]> {
    const { kafka, runtime } = this;
    if (this.projectors.size === 0) return [];
    const ends = await kafka.endOffsets(this.topic);
    return Promise.all(
      [...this.projectors].map(async ([projection, projector]) => {
        const [positions, committed, parked] = await Promise.all([
          projector.positions(),
          kafka.committedOffsets(groupOf(runtime, projection), this.topic),
          projector.parked(SHOWN_PARKED),
        ]);
        const partitions = ends.map((end, partition) => {
          const { next = 0, halted = null } = positions.get(partition) ?? {};
          const here = this.consumers.get(projection)!.offsetOf(partition);
          const offset = Math.min(end, here ?? Math.max(next, committed[partition] ?? 0));
          return { partition, offset, lag: end - offset, halted };
        });
        const lag = partitions.reduce((sum, one) => sum + one.lag, 0);
        return { service: runtime.service, projection, lag, partitions, parked: [...parked] };
      }),
    );
  }

  /** null: the account is not parked, or there is no such projection. */
  async retry({ projection, accountId }: Ask<'projection.retry'>): Promise<RetriedAccount | null> {
    return (await this.projectors.get(projection)?.retry(accountId)) ?? null;
  }

  /** As {@link retry}. */
  async skip({ projection, accountId, reason }: Ask<'projection.skip'>): Promise<RetriedAccount | null> {
    return (await this.projectors.get(projection)?.skip(accountId, reason)) ?? null;
  }

  /** null: there is no such projection. */
  async rewind(ask: Ask<'projection.rewind'>): Promise<RewoundProjection | null> {
    const { projection, partition, offset = 0, since } = ask;
    const projector = this.projectors.get(projection);
    if (!projector) return null;
    const from =
      since === undefined
        ? (await this.kafka.endOffsets(this.topic)).map(() => offset)
        : await this.kafka.offsetsAt(this.topic, Date.parse(since));
    const rewound = await Promise.all(
      [...from.entries()]
        .filter(([one]) => partition === undefined || one === partition)
        .map(([one, next]) => projector.rewind(one, next)),
    );
    return { partitions: rewound.filter(Boolean).length };
  }

  private get topic(): string {
    return topics(this.runtime.config.TOPIC_PREFIX).events;
  }

  async start(): Promise<void> {
    const { runtime, kafka, projectors, consumers } = this;
    const { metrics, health } = runtime;
    metrics.beforeScrape(async () => {
      const ends = consumers.size > 0 ? await kafka.endOffsets(this.topic) : [];
      for (const [projection, consumer] of consumers) {
        metrics.projectionLag.set({ projection }, consumer.lag(ends));
        const parked = consumer.hasParked ? await projectors.get(projection)!.parked(MOST_COUNTED) : [];
        metrics.parkedAccounts.set({ projection }, parked.length);
      }
    });
    health.detail('projections', () => this.list());
    await Promise.all([...consumers.values()].map((consumer) => consumer.start()));
  }

  async close(): Promise<void> {
    await Promise.all([...this.consumers.values()].map((consumer) => consumer.close()));
  }
}

/** Parked accounts beyond this are not counted. */
const MOST_COUNTED = 1_000;

/** The consumer group of this service's commands, or of one of its projections. */
export const groupOf = ({ service, config }: Runtime, projection?: string) =>
  `${config.TOPIC_PREFIX ?? ''}wbiz.${service}${projection ? `.${projection}` : ''}`;
