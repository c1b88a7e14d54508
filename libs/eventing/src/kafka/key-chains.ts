import { setTimeout as delay } from 'node:timers/promises';
import type { ConsumedRecord, RecordBatch } from './record-consumer.js';

/** A batch waits this long for its keys; then its partition goes on without those that are still at work. */
const PATIENCE_MS = 20;
/** Records that the batches left behind may hold in memory. While there are more, batches are waited for. */
const MOST_LEFT = 5_000;

/** Resolves to false when it had to leave the record for whoever has the partition next. */
type Handle = (record: ConsumedRecord, batch: RecordBatch) => Promise<boolean>;

/** What a batch brought of one key, in order. */
class Chain {
  private next = 0;
  private isLeft = false;
  private letGo?: () => void;

  constructor(
    private readonly batch: RecordBatch,
    private readonly records: ConsumedRecord[] = [],
  ) {}

  add(record: ConsumedRecord): void {
    this.records.push(record);
  }

  async run(before: Promise<void> | undefined, handle: Handle): Promise<void> {
    await before;
    for (const record of this.records) {
      if (!(await this.batch.mayBegin()) || !(await handle(record, this.batch))) return;
      this.next += 1;
      if (this.isLeft) this.hold();
    }
  }

  /** Goes on beside the batches that follow. */
  leave(): void {
    this.isLeft = true;
    this.hold();
  }

  /** Holds the first record that is not through, and so all that follow it, back from being committed. */
  private hold(): void {
    const { letGo } = this;
    const open = this.records[this.next];
    this.letGo = open && this.batch.hold(Number(open.offset));
    letGo?.();
  }
}

/**
 * Handles batches as chains by key: in order within a key, keys side by side. A key that takes long, because it waits
 * for a peer or to be tried again, is left behind: its partition goes on, later records of the key wait for it, and
 * nothing from its first open record on is committed.
 */
export class KeyChains {
  /** By topic, partition and key. */
  private readonly last = new Map<string, Promise<void>>();
  private left = 0;

  constructor(private readonly handle: Handle) {}

  /** Resolves once the batch is through or left behind. */
  async run(batch: RecordBatch): Promise<void> {
    const chains = chainsOf(batch);
    const whole = Promise.all([...chains].map(([key, chain]) => this.begin(key, chain)));
    this.left += batch.records.length;
    const over = whole.finally(() => (this.left -= batch.records.length));
    const isThrough = await isDoneWithin(PATIENCE_MS, over);
    if (!isThrough && (this.left > MOST_LEFT || batch.isEnding)) await over;
    else if (!isThrough) batch.detach(over);
    for (const chain of chains.values()) chain.leave();
    batch.done(batch.end);
  }

  private begin(key: string, chain: Chain): Promise<void> {
    const run = chain.run(this.last.get(key), this.handle);
    // A chain that throws ends the stay; the one behind it is not its judge.
    const ended = run
      .catch(() => undefined)
      .then(() => {
        if (this.last.get(key) === ended) this.last.delete(key);
      });
    this.last.set(key, ended);
    return run;
  }
}

function chainsOf(batch: RecordBatch): ReadonlyMap<string, Chain> {
  const chains = new Map<string, Chain>();
  for (const record of batch.records) {
    const own = record.key === null ? `without key ${record.offset}` : `key ${record.key.toString('latin1')}`;
    const key = `${batch.topic}/${batch.partition}/${own}`;
    let chain = chains.get(key);
    if (!chain) chains.set(key, (chain = new Chain(batch)));
    chain.add(record);
  }
  return chains;
}

async function isDoneWithin(ms: number, done: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(ms, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([done.then(() => true), late]);
  } finally {
    timer.abort();
  }
}
