import type { Logger } from '../logger.js';
import type { LogEvent } from '../message.js';
import { readNumbers } from '../postgres/event-record.js';
import { ProjectionGap, typesOf, type Projection } from '../postgres/projection.js';
import type { Projector } from '../postgres/projector.js';
import { header } from './command-record.js';
import type { ConsumerHealth, ConsumerStatus } from './consumer-health.js';
import { backoff } from '../fault.js';
import type { KafkaClient } from './kafka-client.js';
import type { ConsumedRecord, RecordBatch, RecordConsumer } from './record-consumer.js';

/** How long what only memory knows stays uncommitted when nothing more comes (ms). */
const PERSIST_MS = 5_000;

export type EventConsumerOptions = {
  readonly kafka: Pick<KafkaClient, 'consume'>;
  readonly topic: string;
  readonly groupId: string;
  readonly projection: Projection;
  readonly projector: Pick<Projector, 'handle' | 'persist' | 'forget'>;
  readonly health: ConsumerHealth;
  readonly logger: Logger;
};

/** An event of a handled type whose data is no JSON: it cannot be skipped and will not mend. */
class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';
}

/**
 * Feeds one projection from the shared log. Offsets follow the projection's checkpoints, so that a crash repeats events
 * and never leaves one out. What fails is tried again for as long as it takes; a gap or an unreadable event halts the
 * projection until the process starts anew.
 */
export class EventConsumer {
  private readonly consumer: RecordConsumer;
  private readonly status: ConsumerStatus;
  private readonly types: ReadonlySet<string>;
  /** The last batch of each partition that is applied and perhaps only in memory. */
  private readonly applied = new Map<number, RecordBatch>();
  private persisting?: NodeJS.Timeout;

  constructor(private readonly options: EventConsumerOptions) {
    const { kafka, topic, groupId, projection, projector, health } = options;
    this.types = typesOf(projection);
    this.status = health.add(groupId);
    this.consumer = kafka.consume({
      topics: [topic],
      groupId,
      status: this.status,
      eachBatch: (batch) => this.handleBatch(batch),
      onJoin: () => {
        this.applied.clear();
        projector.forget();
      },
    });
  }

  async start(): Promise<void> {
    await this.consumer.start();
    this.persisting = setInterval(() => void this.persist(), PERSIST_MS);
  }

  /** Finishes what is in hand, persists, commits and leaves the group. */
  async close(): Promise<void> {
    clearInterval(this.persisting);
    await this.persist();
    await this.consumer.close();
  }

  private async handleBatch(batch: RecordBatch): Promise<void> {
    const { logger, projector } = this.options;
    for (let attempt = 1; ; attempt += 1) {
      if (!(await batch.mayBegin())) return;
      try {
        const { persisted } = await projector.handle(batch.partition, this.read(batch));
        this.applied.set(batch.partition, batch);
        if (persisted) this.covered(batch);
        if (this.status.state === 'waiting') Object.assign(this.status, { state: 'running', reason: '' });
        return;
      } catch (error) {
        if (error instanceof ProjectionGap || error instanceof UnreadableEvent)
          return this.halt(batch, error);
        const { message } = error as Error;
        logger.warn(
          { ...this.place(batch), err: error, attempt },
          'events could not be applied; trying again',
        );
        Object.assign(this.status, { state: 'waiting', reason: message });
        if (!(await batch.wait(backoff(attempt)))) return;
      }
    }
  }

  private halt(batch: RecordBatch, error: Error): void {
    this.consumer.halt(error.message);
    this.options.logger.error({ ...this.place(batch), err: error, alarm: true }, 'the projection is halted');
  }

  private read(batch: RecordBatch): readonly LogEvent[] {
    const events: LogEvent[] = [];
    for (const record of batch.records) {
      const event = readEvent(record, this.types);
      if (event) events.push(event);
      else
        // A real event cannot get lost so: the next one of its source would not follow its predecessor.
        this.options.logger.error(
          { ...this.place(batch), offset: record.offset },
          'a record is no event; passed over',
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
        'progress could not be persisted',
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

/** Reads a record of the shared log, its data only when it is of one of the `types`; undefined: it is no event. */
export function readEvent(record: ConsumedRecord, types: ReadonlySet<string>): LogEvent | undefined {
  const type = header(record, 'ce_type');
  const source = header(record, 'ce_source');
  const numbers = readNumbers((name) => header(record, name));
  if (!type || !source || !numbers) return undefined;
  return {
    type,
    source,
    ...numbers,
    id: header(record, 'ce_id') ?? '',
    accountId: header(record, 'account') ?? '',
    subject: header(record, 'ce_subject') ?? '',
    time: header(record, 'ce_time') ?? '',
    traceparent: header(record, 'traceparent'),
    data: types.has(type) ? parse(record, type) : undefined,
  };
}

function parse({ value, offset }: ConsumedRecord, type: string): unknown {
  try {
    return JSON.parse((value ?? '').toString());
  } catch (error) {
    throw new UnreadableEvent(`The data of the ${type} at offset ${offset} is no JSON.`, { cause: error });
  }
}
