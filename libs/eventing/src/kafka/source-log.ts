import { readNumbers } from '../postgres/event-record.js';
import type { Held, LogMark } from '../postgres/sequencer.js';
import { header } from './command-record.js';
import type { KafkaClient } from './kafka-client.js';
import { readStretch } from './read-between.js';

/** The largest clock difference between writers of the log (ms). */
const SKEW_MS = 10_000;

/** Reads which events of one source are on the shared log. */
export class SourceLog {
  constructor(
    private readonly kafka: Pick<KafkaClient, 'consume' | 'endOffsets' | 'offsetsAt'>,
    private readonly of: { readonly topic: string; readonly source: string },
  ) {}

  /** By partition: the log's end offset, and whether the records before the mark are still there. */
  async look(mark: LogMark | null): Promise<{ ends: readonly number[]; isWhole: readonly boolean[] }> {
    const { topic } = this.of;
    const ends = await this.kafka.endOffsets(topic);
    if (!mark) return { ends, isWhole: ends.map(() => false) };
    // A truncated log may have grown past the mark's offset again; the records before it are then younger
    // than the mark.
    const later = await this.kafka.offsetsAt(topic, mark.at + SKEW_MS);
    return { ends, isWhole: mark.ends.map((end, at) => Math.min(ends[at]!, later[at]!) >= end) };
  }

  /**
   * What the log holds of the source, by partition. Reads only the records after the mark, or a whole partition if
   * there is no mark or the log was truncated before it. Ignores events whose epoch is more than one above the last
   * known one (in `epochs`, by partition, or read earlier in the log).
   */
  async held(mark: LogMark | null, epochs: readonly number[], signal: AbortSignal): Promise<readonly Held[]> {
    const { topic, source } = this.of;
    // One request at a time: in parallel, kafkajs would look for partitions before it has loaded the topic's
    // metadata.
    const { ends, isWhole } = await this.look(mark);
    const begins = await this.kafka.offsetsAt(topic, 0);
    const known = mark?.sequence ?? 0;
    const held = isWhole.map((whole): Held => ({ epoch: 0, sequence: whole ? known : 0, last: known }));
    const from = begins.map((begin, at) => (isWhole[at] ? mark!.ends[at]! : begin));
    await readStretch(this.kafka, { topic, from, ends, signal }, async (records, partition) => {
      for (const record of records) {
        if (header(record, 'ce_source') !== source) continue;
        const numbers = readNumbers((name) => header(record, name));
        if (numbers) held[partition] = further(held[partition]!, numbers, epochs[partition]!);
      }
    });
    return held;
  }
}

type Numbers = NonNullable<ReturnType<typeof readNumbers>>;

function further(held: Held, { epoch, sequence, previous }: Numbers, known: number): Held {
  if (epoch > Math.max(held.epoch, known) + 1) return held;
  return {
    epoch: Math.max(held.epoch, epoch),
    sequence: previous > held.sequence ? held.sequence : Math.max(held.sequence, sequence),
    last: Math.max(held.last, sequence),
  };
}
