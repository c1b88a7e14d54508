import { isDoneWithin } from '../pause.js';
import { receivedIn, type Received } from './command-record.js';
import type { RecordBatch } from './record-consumer.js';

/** How long a batch waits for its keys; then its partition goes on without those still at work (ms). */
const PATIENCE_MS = 20;
/** The most commands of left batches in memory; above it, batches are waited for. */
const MOST_LEFT = 5_000;

/** Resolves to false if the command was left to the partition's next owner. */
type Handle = (received: Received, batch: RecordBatch) => Promise<boolean>;

/** The commands of one key in a batch, in order. */
class Chain {
  private next = 0;
  private isLeft = false;
  private letGo?: () => void;

  constructor(
    private readonly batch: RecordBatch,
    private readonly received: Received[] = [],
  ) {}

  add(received: Received): void {
    this.received.push(received);
  }

  async run(before: Promise<void> | undefined, handle: Handle): Promise<void> {
    await before;
    for (const received of this.received) {
      if (!(await this.batch.mayBegin()) || !(await handle(received, this.batch))) return;
      this.next += 1;
      if (this.isLeft) this.hold();
    }
  }

  /** Goes on beside the batches that follow. */
  leave(): void {
    this.isLeft = true;
    this.hold();
  }

  /** Keeps the record of the first open command, and so all that follow it, from being committed. */
  private hold(): void {
    const { letGo } = this;
    const open = this.received[this.next];
    this.letGo = open && this.batch.hold(open);
    letGo?.();
  }
}

/**
 * Handles batches as chains by key: in order within a key, keys in parallel, also those in one record. A slow key (it
 * waits for a peer or a retry) is left behind: its partition goes on, later records of the key wait for it, and nothing
 * from its first open record on is committed.
 */
export class KeyChains {
  /** By topic, partition and key. */
  private readonly last = new Map<string, Promise<void>>();
  private left = 0;

  constructor(private readonly handle: Handle) {}

  /** Resolves once the batch is through or left behind. */
  async run(batch: RecordBatch): Promise<void> {
    const received = batch.records.flatMap(receivedIn);
    const chains = chainsOf(batch, received);
    const whole = Promise.all([...chains].map(([key, chain]) => this.begin(key, chain)));
    this.left += received.length;
    const over = whole.finally(() => (this.left -= received.length));
    const isThrough = await isDoneWithin(PATIENCE_MS, over);
    if (!isThrough && (this.left > MOST_LEFT || batch.isEnding)) await over;
    else if (!isThrough) batch.detach(over);
    for (const chain of chains.values()) chain.leave();
    batch.done(batch.end);
  }

  private begin(key: string, chain: Chain): Promise<void> {
    const run = chain.run(this.last.get(key), this.handle);
    // A chain that throws ends the stay; the next chain of its key runs all the same.
    const ended = run
      .catch(() => undefined)
      .then(() => {
        if (this.last.get(key) === ended) this.last.delete(key);
      });
    this.last.set(key, ended);
    return run;
  }
}

function chainsOf(batch: RecordBatch, received: readonly Received[]): ReadonlyMap<string, Chain> {
  const chains = new Map<string, Chain>();
  for (const one of received) {
    const own = one.key === null ? `without key ${one.offset}` : `key ${one.key}`;
    const key = `${batch.topic}/${batch.partition}/${own}`;
    let chain = chains.get(key);
    if (!chain) chains.set(key, (chain = new Chain(batch)));
    chain.add(one);
  }
  return chains;
}
