import { letterOf, markedBy } from '@wbiz/eventing/kafka/dead-letter';
import type { KafkaClient } from '@wbiz/eventing/kafka/kafka-client';
import { readStretch } from '@wbiz/eventing/kafka/read-between';

const MOST_COUNTED = 100_000;

/** Counts waiting dead letters by their original topic. Each count reads only the records after those of the last. */
export class WaitingDeadLetters {
  /** Waiting letters: topic by id. */
  private readonly topicOf = new Map<string, string>();
  private next: readonly number[] = [];

  constructor(
    private readonly options: {
      readonly kafka: KafkaClient;
      readonly topic: string;
      readonly stopping: AbortSignal;
    },
  ) {}

  async count(): Promise<ReadonlyMap<string, number>> {
    const { kafka, topic, stopping: signal } = this.options;
    const [first, ends] = await Promise.all([kafka.offsetsAt(topic, 0), kafka.endOffsets(topic)]);
    const from = first.map((offset, partition) => Math.max(offset, this.next[partition] ?? 0));
    // A mark may lie on another partition than its letter, and so be read first.
    const marked: string[] = [];
    await readStretch(kafka, { topic, from, ends, signal }, async (records, partition) => {
      for (const record of records) {
        const mark = markedBy(record);
        if (mark) marked.push(mark.id);
        else if (this.topicOf.size < MOST_COUNTED) {
          const letter = letterOf(record, partition);
          this.topicOf.set(letter.id, letter.topic ?? 'unknown');
        }
      }
    });
    this.next = ends;
    for (const id of marked) this.topicOf.delete(id);
    const counts = new Map<string, number>();
    for (const [id, of] of this.topicOf) {
      const [partition, offset] = id.split('-').map(Number) as [number, number];
      if (offset < first[partition]!) this.topicOf.delete(id);
      else counts.set(of, (counts.get(of) ?? 0) + 1);
    }
    return counts;
  }
}
