import type { Cadence } from '../cadence.js';
import { Pause } from '../pause.js';

/** A record to produce. Without `partition`, Kafka's default partitioner chooses it by the key. */
export type KafkaRecord = {
  readonly topic: string;
  readonly partition?: number;
  readonly key: string | Buffer | null;
  readonly headers: Readonly<Record<string, HeaderValue | undefined>>;
  readonly value: string | Buffer | null;
};
export type HeaderValue = string | Buffer | (string | Buffer)[];

/** A connected producer of the Kafka client. `send` resolves once all in-sync replicas have the records. */
export type ProducerLink = {
  send(records: readonly KafkaRecord[]): Promise<void>;
  close(): Promise<void>;
};

/**
 * Our limit of a request; the broker's `message.max.bytes` (1,048,588 by default) limits one partition's records in a
 * request.
 */
const MAX_REQUEST_BYTES = 900_000;

/** Called after every request with its number of records, its duration (ms), and whether Kafka acknowledged it. */
export type OnRequest = (request: {
  readonly records: number;
  readonly ms: number;
  readonly ok: boolean;
}) => void;

export type SendOptions = {
  /** Records still unsent at this time (ms since the epoch) are rejected. */
  readonly notAfter?: number | undefined;
  /**
   * Spaces the requests that contain records with this cadence. A record without a cadence is sent at once, together
   * with all waiting records.
   */
  readonly cadence?: Cadence | undefined;
};

type Waiting = SendOptions & {
  readonly records: readonly KafkaRecord[];
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Sends all waiting records in one request (900 kB at most), one request at a time. A lone record waits only for the
 * current turn of the event loop; under load, requests grow. Records are sent in the order of the calls.
 */
export class BatchingProducer {
  /** Records and requests that Kafka has acknowledged so far. */
  readonly sent = { records: 0, requests: 0 };
  private readonly waiting: Waiting[] = [];
  private link?: Promise<ProducerLink>;
  private running?: Promise<void>;
  private readonly gathering = new Pause();

  constructor(
    private readonly connect: () => Promise<ProducerLink>,
    private readonly onRequest?: OnRequest,
  ) {}

  /** Resolves when Kafka has acknowledged the record. */
  send(record: KafkaRecord, options: SendOptions = {}): Promise<void> {
    return this.enqueue([record], sizeOf(record), options);
  }

  /** Resolves when Kafka has acknowledged all records. Rejects at the first failed request; no later record is sent. */
  async sendAll(records: readonly KafkaRecord[], options: SendOptions = {}): Promise<void> {
    let from = 0;
    let bytes = 0;
    for (let to = 0; to < records.length; to += 1) {
      const size = sizeOf(records[to]!);
      if (to > from && bytes + size > MAX_REQUEST_BYTES) {
        await this.enqueue(records.slice(from, to), bytes, options);
        from = to;
        bytes = 0;
      }
      bytes += size;
    }
    if (from < records.length) await this.enqueue(records.slice(from), bytes, options);
  }

  /** Sends the waiting records and disconnects. */
  async close(): Promise<void> {
    while (this.running) await this.running;
    const link = this.link;
    this.link = undefined;
    await (await link)?.close();
  }

  private enqueue(records: readonly KafkaRecord[], bytes: number, options: SendOptions): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.waiting.push({ ...options, records, bytes, resolve, reject });
      this.running ??= this.run();
      this.gathering.end();
    });
  }

  private async run(): Promise<void> {
    await new Promise(setImmediate);
    while (this.waiting.length > 0) {
      await this.gather();
      await this.sendWaiting();
    }
    this.running = undefined;
  }

  /** Waits until the cadence of at least one waiting record permits a request. */
  private async gather(): Promise<void> {
    const wait = () => Math.min(...this.waiting.map(({ cadence }) => cadence?.wait ?? 0));
    for (let ms = wait(); ms > 0; ms = wait()) await this.gathering.for(ms);
    for (const { cadence } of this.waiting) cadence?.begin();
  }

  private async sendWaiting(): Promise<void> {
    const batch = this.take();
    if (batch.length === 0) return;
    const records = batch.flatMap((entry) => entry.records);
    const begun = performance.now();
    const told = (ok: boolean) =>
      this.onRequest?.({ records: records.length, ms: performance.now() - begun, ok });
    try {
      this.link ??= this.connect();
      await (await this.link).send(records);
    } catch (error) {
      told(false);
      this.discardLink();
      for (const { reject } of batch) reject(error);
      return;
    }
    this.sent.records += records.length;
    this.sent.requests += 1;
    told(true);
    for (const { resolve } of batch) resolve();
  }

  private take(): readonly Waiting[] {
    const now = Date.now();
    const batch: Waiting[] = [];
    let bytes = 0;
    let taken = 0;
    for (const entry of this.waiting) {
      if (batch.length > 0 && bytes + entry.bytes > MAX_REQUEST_BYTES) break;
      taken += 1;
      if (entry.notAfter !== undefined && entry.notAfter < now) {
        entry.reject(new Error('The record was not sent in time.'));
        continue;
      }
      batch.push(entry);
      bytes += entry.bytes;
    }
    this.waiting.splice(0, taken);
    return batch;
  }

  /**
   * Discards the producer after a failed request: kafkajs would give the next request the same sequence numbers, and if
   * the failed request did reach the log, the broker would drop the next one as a duplicate (sendMessages.js).
   */
  private discardLink(): void {
    const link = this.link;
    this.link = undefined;
    link?.then((failed) => failed.close()).catch(() => undefined); // the caller of `send` already has the error
  }
}

function sizeOf({ key, headers, value }: KafkaRecord): number {
  let size = 70 + lengthOf(key) + lengthOf(value);
  for (const name in headers) size += name.length + 4 + lengthOf(headers[name]);
  return size;
}

function lengthOf(value: HeaderValue | null | undefined): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === 'string') return Buffer.byteLength(value);
  return Array.isArray(value) ? value.reduce((sum, one) => sum + one.length, 0) : value.length;
}
