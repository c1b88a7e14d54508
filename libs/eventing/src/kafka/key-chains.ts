import { isDoneWithin } from '../pause.js';
import { receivedIn, type Received } from './command-record.js';
import type { RecordBatch } from './record-consumer.js';

/** How long a partition waits for a batch (ms); then later batches begin beside the unfinished keys. */
const PATIENCE_MS = 20;
/** While unfinished batches hold more commands than this, a partition waits until its batch is done. */
const MOST_LEFT = 5_000;

/** Resolves to false if the command was left unhandled, because of a rebalance, a seek or the end of the process. */
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

  /** Lets the chain run on beside later batches, its unfinished records held back from commits. */
  leave(): void {
    this.isLeft = true;
    this.hold();
  }

  /** Keeps the offset of the first unfinished command, and all later ones, from being committed. */
  private hold(): void {
    const { letGo } = this;
    const open = this.received[this.next];
    this.letGo = open && this.batch.hold(open);
    letGo?.();
  }
}

/**
 * Handles the commands of a batch in order within a key, keys in parallel, also keys that share a record. A key that
 * takes longer than 20 ms (it waits for a peer or a retry) does not block its partition: later batches begin, their
 * commands of the slow key wait, and no offset from the slow key's first unfinished record on is committed.
 */
export class KeyChains {
  /** The last chain of each topic, partition and key. */
  private readonly last = new Map<string, Promise<void>>();
  private left = 0;

  constructor(private readonly handle: Handle) {}

  /** Resolves once the batch is done, or after 20 ms if it may run on beside later batches. */
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
    // An error reaches the caller through `run`; the next chain of the key runs all the same.
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
