import { randomUUID } from 'node:crypto';
import { ConsumerHealth } from './consumer-health.js';
import type { KafkaClient } from './kafka-client.js';
import type { ConsumedRecord } from './record-consumer.js';

export type Span = {
  readonly topic: string;
  /** Bounds of the records' timestamps (ms since the epoch); `until` is exclusive. */
  readonly since: number;
  readonly until: number;
  /** Ends the reading with an error when it aborts. */
  readonly signal: AbortSignal;
};

/** `from` and `ends` are offsets by partition; `ends` are exclusive. */
export type Stretch = {
  readonly topic: string;
  readonly from: readonly number[];
  readonly ends: readonly number[];
  /** Ends the reading with an error when it aborts. */
  readonly signal: AbortSignal;
};

type Handle = (records: readonly ConsumedRecord[], partition: number) => Promise<void>;

/** As {@link readStretch}, between two times instead of offsets. */
export async function readBetween(
  kafka: Pick<KafkaClient, 'consume' | 'offsetsAt'>,
  { topic, since, until, signal }: Span,
  handle: Handle,
): Promise<void> {
  const [from, ends] = await Promise.all([kafka.offsetsAt(topic, since), kafka.offsetsAt(topic, until)]);
  await readStretch(kafka, { topic, from, ends, signal }, handle);
}

/**
 * Passes a topic's records between two offsets per partition to `handle`, batch by batch: in order per partition,
 * partitions in parallel. Resolves when all are handled; rejects with an error of `handle`. Leaves no consumer group
 * behind.
 */
export async function readStretch(
  kafka: Pick<KafkaClient, 'consume'>,
  { topic, from, ends, signal }: Stretch,
  handle: Handle,
): Promise<void> {
  const next = [...from];
  const isDone = () => next.every((offset, partition) => offset >= ends[partition]!);
  if (isDone()) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const groupId = `${topic}.read.${randomUUID()}`;
  const consumer = kafka.consume({
    topics: [topic],
    groupId,
    status: new ConsumerHealth().add(groupId),
    readFrom: async () => new Map(next.entries()),
    eachBatch: async ({ records, partition, end }) => {
      const isWanted = (offset: number) => offset >= next[partition]! && offset < ends[partition]!;
      try {
        const wanted = records.filter(({ offset }) => isWanted(Number(offset)));
        if (wanted.length > 0) await handle(wanted, partition);
        next[partition] = Math.max(next[partition]!, end);
        if (isDone()) resolve();
      } catch (error) {
        reject(error as Error);
      }
    },
  });
  const stop = () => reject(signal.reason as Error);
  signal.addEventListener('abort', stop);
  try {
    consumer.start().catch(reject);
    await promise;
  } finally {
    signal.removeEventListener('abort', stop);
    await consumer.close();
  }
}
