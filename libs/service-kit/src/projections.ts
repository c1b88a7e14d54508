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
import { findSequence } from '@wbiz/eventing/kafka/find-sequence';
import type { KafkaClient } from '@wbiz/eventing/kafka/kafka-client';
import type { Projection } from '@wbiz/eventing/postgres/projection';
import { Projector } from '@wbiz/eventing/postgres/projector';
import { WakeUp } from '@wbiz/eventing/postgres/wake-up';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Pool } from 'pg';
import { PG_POOL } from './database.module.js';
import { KAFKA } from './kafka.js';
import { Peers } from './peers.js';
import { RUNTIME, type Runtime } from './runtime.js';
import { secondsSince } from './telemetry.js';

/** This service's projections of the shared log. */
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

  /** Adds a projection that needs other providers; to be called in a constructor or `onModuleInit`, before `start`. */
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
   * Resolves when the projection has applied all events that `owner` had committed for the account before the call.
   * Await it before a read that must not be stale. Throws `NotCaughtUp` 2 s after the owner's answer.
   */
  async caughtUp(projection: string, owner: Service, accountId: string): Promise<void> {
    const projector = this.projectors.get(projection);
    if (!projector) throw new Error(`There is no projection ${projection}.`);
    const { partition, sequence } = await this.peers.askOf(owner, 'log.head', { accountId });
    await projector.waitFor(owner, partition, sequence, { accountId });
  }

  /** The progress and the parked accounts of each projection, over all replicas. */
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

  /** Resolves to null if the account is not parked, or if there is no such projection. */
  async retry({ projection, accountId }: Ask<'projection.retry'>): Promise<RetriedAccount | null> {
    return (await this.projectors.get(projection)?.retry(accountId)) ?? null;
  }

  /** Skips the first parked event, then as {@link retry}. */
  async skip({ projection, accountId, reason }: Ask<'projection.skip'>): Promise<RetriedAccount | null> {
    return (await this.projectors.get(projection)?.skip(accountId, reason)) ?? null;
  }

  /** Resolves to null if there is no such projection. Throws `not_found` if the event to read from is not on the log. */
  async rewind(ask: Ask<'projection.rewind'>): Promise<RewoundProjection | null> {
    const projector = this.projectors.get(ask.projection);
    if (!projector) return null;
    const from = [...(await this.offsetsFor(ask)).entries()];
    const rewound = await Promise.all(
      from
        .filter(([partition]) => ask.partition === undefined || ask.partition === partition)
        .map(([partition, offset]) => projector.rewind(partition, offset)),
    );
    return { partitions: rewound.filter(Boolean).length };
  }

  /** The offset to read from, by partition. */
  private async offsetsFor(ask: Ask<'projection.rewind'>): Promise<readonly number[]> {
    const { kafka, topic } = this;
    const { projection, partition = 0, offset = 0, since, source = '', sequence } = ask;
    if (since !== undefined) return kafka.offsetsAt(topic, Date.parse(since));
    const ends = await kafka.endOffsets(topic);
    if (sequence === undefined) return ends.map(() => offset);
    const epoch = await this.projectors.get(projection)!.epochOf(source, partition);
    const sought = { topic, partition, source, epoch, sequence, signal: AbortSignal.timeout(SEARCH_MS) };
    const found = await findSequence(kafka, sought);
    if (found === undefined)
      throw new Rejection(
        'not_found',
        `The log has no event ${sequence} of ${source} in partition ${partition}.`,
      );
    return ends.map(() => found);
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
        metrics.projectionLagAge.set({ projection }, secondsSince(consumer.status.oldestAt()));
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

/** The longest search for an event (ms). */
const SEARCH_MS = 15_000;

/** Parked accounts beyond this number are not counted. */
const MOST_COUNTED = 1_000;

/** The consumer group of this service's commands, or of one of its projections. */
export const groupOf = ({ service, config }: Runtime, projection?: string) =>
  `${config.TOPIC_PREFIX ?? ''}wbiz.${service}${projection ? `.${projection}` : ''}`;
