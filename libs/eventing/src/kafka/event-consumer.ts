import type { Logger } from '../logger.js';
import type { LogEvent } from '../message.js';
import { Periodic } from '../periodic.js';
import { readNumbers } from '../postgres/event-record.js';
import { ProjectionGap, typesOf, type Projection } from '../postgres/projection.js';
import type { Position, Projector } from '../postgres/projector.js';
import { header } from './command-record.js';
import { findSequence } from './find-sequence.js';
import type { ConsumerHealth, ConsumerStatus } from './consumer-health.js';
import { backoff } from '../fault.js';
import type { KafkaClient } from './kafka-client.js';
import type { ConsumedRecord, RecordBatch, RecordConsumer } from './record-consumer.js';

/** How often checkpoints are read, progress in memory is stored, and parked events are retried (ms). */
const LOOK_MS = 5_000;

/** While a projection has received only events that it ignores for this long (ms), its fetches gather records. */
const LEISURE_MS = 1_000;

/** The longest source or account id accepted, in characters. */
const LONGEST_NAME = 100;

export type EventConsumerOptions = {
  readonly kafka: Pick<KafkaClient, 'consume' | 'committedOffsets' | 'endOffsets'>;
  readonly topic: string;
  readonly groupId: string;
  readonly projection: Projection;
  readonly projector: Projector;
  readonly health: ConsumerHealth;
  readonly logger: Logger;
};

/** The longest search of the log for a missing event (ms). */
const SEARCH_MS = 30_000;

/**
 * Feeds one projection from the shared log. Offsets are committed after the projection's checkpoints are stored, so a
 * crash repeats events and never skips one: where the group's committed offset is ahead of the checkpoint, reading
 * begins at the checkpoint. A failed batch is retried without limit and blocks only its own partition. If an event is
 * missing, the partition is read again from the checkpoint, then from the offset at which a search finds the event; if
 * the event is not on the log, the partition is halted until a rewind or a restart.
 */
export class EventConsumer {
  readonly status: Readonly<ConsumerStatus>;
  private readonly consumer: RecordConsumer;
  private readonly types: ReadonlySet<string>;
  /** The last applied batch of each partition, while its progress may be in memory only. */
  private readonly applied = new Map<number, RecordBatch>();
  /**
   * The last re-read of each partition: the id of the event after the gap, the offset, and the checkpoint's sequence
   * then.
   */
  private readonly lookedBack = new Map<number, { id: string; from: number; sequence: number }>();
  private positions: ReadonlyMap<number, Position> = new Map();
  /** The next offset to read, by partition of this member. */
  private readonly reached = new Map<number, number>();
  private concernedAt = 0;
  private passedAt = 0;
  private readonly looks: Periodic;
  private readonly retries: Periodic;

  constructor(private readonly options: EventConsumerOptions) {
    const { kafka, topic, groupId, projection, projector, health, logger } = options;
    this.types = typesOf(projection);
    const status = health.add(groupId);
    this.status = status;
    this.consumer = kafka.consume({
      topics: [topic],
      groupId,
      status,
      eachBatch: (batch) => this.handleBatch(batch),
      readFrom: (assigned) => this.begin(assigned),
      gathers: () => this.passedAt - this.concernedAt > LEISURE_MS && Date.now() - this.passedAt < LEISURE_MS,
    });
    this.looks = new Periodic({
      name: `projection ${projection.name}: look at its checkpoints`,
      everyMs: LOOK_MS,
      run: () => this.look(),
      logger,
    });
    this.retries = new Periodic({
      name: `projection ${projection.name}: retry of parked events`,
      everyMs: LOOK_MS,
      run: async () => {
        if (this.hasParked) await projector.retryDue();
      },
      logger,
    });
    projector.onRewound(() => this.looks.wake());
  }

  async start(): Promise<void> {
    await this.consumer.start();
    this.looks.start();
    this.retries.start();
  }

  /** Stores the progress, finishes the batches under way, commits and leaves the group. */
  async close(): Promise<void> {
    await Promise.all([this.looks.stop(), this.retries.stop()]);
    await this.persist();
    await this.consumer.close();
  }

  /** The checkpoint offset of each partition for which the group has committed a later offset or none. */
  private async begin(assigned: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const { kafka, topic, groupId, projector, logger } = this.options;
    const [positions, committed] = await Promise.all([
      projector.positions(),
      kafka.committedOffsets(groupId, topic),
    ]);
    await projector.halted(
      assigned.filter((partition) => !this.consumer.isHalted(partition)),
      null,
    );
    this.applied.clear();
    projector.forget();
    this.positions = positions;
    const behind = assigned.flatMap((partition): [number, number][] => {
      const { next } = positions.get(partition) ?? {};
      const { [partition]: offset = -1 } = committed;
      return next !== undefined && (offset < 0 || next < offset) ? [[partition, next]] : [];
    });
    if (behind.length > 0)
      logger.warn(
        { group: groupId, offsets: behind },
        'event consumer: the committed offsets are ahead of the checkpoints, or missing; reading from the checkpoints',
      );
    const from = new Map(behind);
    this.reached.clear();
    for (const partition of assigned)
      this.reached.set(partition, from.get(partition) ?? Math.max(0, committed[partition] ?? 0));
    return from;
  }

  /** The next offset to read; undefined if another member has the partition. */
  offsetOf(partition: number): number | undefined {
    return this.reached.get(partition);
  }

  /** The number of unhandled records on this member's partitions; `ends`: the log's end offsets by partition. */
  lag(ends: readonly number[]): number {
    return [...this.reached].reduce(
      (sum, [partition, offset]) => sum + Math.max(0, ends[partition]! - offset),
      0,
    );
  }

  /** Whether any partition has a parked account, as of the last read of the checkpoints. */
  get hasParked(): boolean {
    return [...this.positions.values()].some(({ hasParked }) => hasParked);
  }

  private async handleBatch(batch: RecordBatch): Promise<void> {
    const { logger, projector } = this.options;
    for (let attempt = 1; ; attempt += 1) {
      if (!(await batch.mayBegin())) return;
      try {
        const { persisted, concerned } = await projector.handle(batch.partition, this.read(batch));
        if (concerned) this.concernedAt = Date.now();
        else this.passedAt = Date.now();
        this.applied.set(batch.partition, batch);
        this.reached.set(batch.partition, batch.end);
        if (persisted) this.covered(batch);
        batch.goesOn();
        return;
      } catch (error) {
        const fault = error instanceof ProjectionGap ? await this.lookBack(batch, error) : error;
        if (fault === undefined) return;
        logger.warn(
          { ...this.place(batch), err: fault, attempt },
          'event consumer: events could not be applied; trying again',
        );
        batch.waitsFor(fault as Error);
        if (!(await batch.wait(backoff(attempt)))) return;
      }
    }
  }

  /**
   * Reads the partition again from before the gap, or halts it. Resolves to undefined, or to the error that prevented
   * both.
   */
  private async lookBack(batch: RecordBatch, gap: ProjectionGap): Promise<unknown> {
    const { logger, projector } = this.options;
    const { partition } = batch;
    const { id, offset = batch.begin } = gap.event;
    const fields = { ...this.place(batch), err: gap };
    try {
      const next = gap.checkpoint.next ?? offset;
      const last = this.lookedBack.get(partition);
      const isAtCheckpoint = last?.id === id || next >= offset;
      const from = isAtCheckpoint ? await this.find(partition, gap) : next;
      // The last re-read from this offset applied nothing: the missing event is not there.
      const isInVain = last?.id === id && last.from === from && last.sequence === gap.checkpoint.sequence;
      if (from !== undefined && from < offset && !isInVain) {
        logger.warn(
          { ...fields, next: from },
          'event consumer: an event is missing before this one; reading the partition again from an earlier offset',
        );
        this.lookedBack.set(partition, { id, from, sequence: gap.checkpoint.sequence });
        projector.forget(partition);
        this.reached.set(partition, from);
        this.consumer.seek(partition, from);
        return undefined;
      }
      await projector.halted([partition], gap.message);
    } catch (error) {
      return error;
    }
    batch.halt(gap.message);
    logger.error(
      { ...fields, offset, alarm: true },
      'event consumer: the missing event was not found; the partition is halted',
    );
    return undefined;
  }

  /** The offset of the source's first event after the checkpoint; undefined if there is none. */
  private find(partition: number, { checkpoint: { epoch, sequence }, event: { source } }: ProjectionGap) {
    const { kafka, topic } = this.options;
    const signal = AbortSignal.timeout(SEARCH_MS);
    return findSequence(kafka, { topic, partition, source, epoch, sequence: sequence + 1, signal });
  }

  /** Stores progress from memory, and seeks to each stored checkpoint that was rewound or restored. */
  private async look(): Promise<void> {
    const { projector, logger } = this.options;
    await this.persist();
    const { assigned } = this.consumer;
    const persisted = new Map(assigned.map((partition) => [partition, projector.persistedOf(partition)]));
    const before = this.positions;
    const positions = await projector.positions();
    if (before !== this.positions) return; // A join has read the checkpoints meanwhile.
    this.positions = positions;
    for (const partition of assigned) {
      const { next = 0, rewinds = 0 } = positions.get(partition) ?? {};
      const isRewound = rewinds !== (before.get(partition)?.rewinds ?? 0);
      if (!isRewound && next >= (persisted.get(partition) ?? 0)) continue;
      logger.warn(
        { group: this.options.groupId, partition, next },
        'event consumer: the checkpoint was set back; reading from it',
      );
      await projector.halted([partition], null);
      this.lookedBack.delete(partition);
      projector.forget(partition);
      this.reached.set(partition, next);
      this.consumer.seek(partition, next);
    }
  }

  private read(batch: RecordBatch): readonly LogEvent[] {
    const events: LogEvent[] = [];
    for (const record of batch.records) {
      const event = readEvent(record, this.types);
      if (event) events.push(event);
      else
        // This loses no real event: the next event of the same source would reveal the gap.
        this.options.logger.error(
          { ...this.place(batch), offset: record.offset },
          'event consumer: a record is not a valid event; skipped',
        );
    }
    return events;
  }

  private async persist(): Promise<void> {
    const applied = [...this.applied.values()];
    try {
      await this.options.projector.persist();
      for (const batch of applied) this.covered(batch);
    } catch (error) {
      this.options.logger.warn(
        { err: error, group: this.options.groupId },
        'event consumer: progress not stored; a restart reads the events after the stored progress again',
      );
    }
  }

  private covered(batch: RecordBatch): void {
    batch.done(batch.end);
    if (this.applied.get(batch.partition) === batch) this.applied.delete(batch.partition);
  }

  private place({ topic, partition }: RecordBatch) {
    return { group: this.options.groupId, topic, partition };
  }
}

/**
 * Reads a record of the shared log; undefined if it is not a valid event. `data` is parsed for `types` only; it is
 * undefined if it is not JSON.
 */
export function readEvent(record: ConsumedRecord, types: ReadonlySet<string>): LogEvent | undefined {
  const type = header(record, 'ce_type');
  const source = header(record, 'ce_source');
  const numbers = readNumbers((name) => header(record, name));
  const accountId = header(record, 'account') ?? '';
  if (!type || !source || !numbers) return undefined;
  // Postgres indexes both, and limits the size of an index row.
  if (source.length > LONGEST_NAME || accountId.length > LONGEST_NAME) return undefined;
  return {
    type,
    source,
    epoch: numbers.epoch,
    sequence: numbers.sequence,
    previous: numbers.previous,
    id: header(record, 'ce_id') ?? '',
    accountId,
    subject: header(record, 'ce_subject') ?? '',
    time: header(record, 'ce_time') ?? '',
    offset: Number(record.offset),
    traceparent: header(record, 'traceparent'),
    data: types.has(type) ? parse(record) : undefined,
  };
}

function parse({ value }: ConsumedRecord): unknown {
  try {
    return JSON.parse((value ?? '').toString());
  } catch {
    return undefined; // `data` may be anything, so this is no fault
  }
}
