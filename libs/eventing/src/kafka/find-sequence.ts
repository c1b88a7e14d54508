import { randomUUID } from 'node:crypto';
import { header } from './command-record.js';
import { ConsumerHealth } from './consumer-health.js';
import type { KafkaClient } from './kafka-client.js';
import type { ConsumedRecord } from './record-consumer.js';

export type Sought = {
  readonly topic: string;
  readonly partition: number;
  readonly source: string;
  readonly epoch: number;
  readonly sequence: number;
  /** Ends the search with an error when it aborts. */
  readonly signal: AbortSignal;
};

/**
 * The offset of a source's first event with this sequence or a later one (a later epoch counts as later); undefined if
 * the partition has none. A binary search: a few dozen fetches even on a long log. Leaves no consumer group behind.
 */
export async function findSequence(
  kafka: Pick<KafkaClient, 'consume' | 'endOffsets'>,
  { topic, partition, source, epoch, sequence, signal }: Sought,
): Promise<number | undefined> {
  // Below offset `low`, all of the source's events precede the one sought; from `high` up to `found` the
  // source has none.
  let low = 0;
  let high = (await kafka.endOffsets(topic))[partition] ?? 0;
  let found: number | undefined;
  if (high === 0) return undefined;
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const groupId = `${topic}.find.${randomUUID()}`;
  let from = Math.floor(high / 2);

  const isThere = (record: ConsumedRecord) => {
    const [its, number] = [Number(header(record, 'ce_epoch')), Number(header(record, 'ce_sequence'))];
    return its > epoch || (its === epoch && number >= sequence);
  };

  const consumer = kafka.consume({
    topics: [topic],
    groupId,
    status: new ConsumerHealth().add(groupId),
    readFrom: async () => new Map([[partition, from]]),
    eachBatch: async (batch) => {
      if (batch.partition !== partition) return batch.halt('not sought here');
      const own = batch.records.filter((record) => header(record, 'ce_source') === source);
      const at = own.findIndex(isThere);
      if (at > 0) return resolve(Number(own[at]!.offset));
      if (at === 0) [found, high] = [Number(own[0]!.offset), from];
      else if (own.length > 0) low = batch.end;
      else if (batch.end < high)
        return; // Undecided: the next batch may hold an event of the source.
      else high = from;
      if (low >= high) return resolve(found);
      from = Math.floor((low + high) / 2);
      consumer.seek(partition, from);
    },
  });
  const stop = () => reject(signal.reason as Error);
  signal.addEventListener('abort', stop);
  try {
    consumer.start().catch(reject);
    return await promise;
  } finally {
    signal.removeEventListener('abort', stop);
    await consumer.close();
  }
}
