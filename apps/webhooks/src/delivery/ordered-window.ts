import type { FeedRow } from './envelope.js';

export type Entry = {
  readonly row: FeedRow;
  /** `doubtful`: the delivery failed, and it is not known yet whether the event or the endpoint is at fault. */
  state: 'waiting' | 'sending' | 'doubtful' | 'done';
};

/**
 * The events that were read and that the cursor has not passed. Events of one subject (e.g. a conversation) are taken
 * one at a time and in order, events of different subjects in parallel.
 */
export class OrderedWindow {
  /** In feed order; the first is never done. */
  private entries: Entry[] = [];
  private undone = 0;
  private readonly subjects = new Map<string, Entry[]>();
  /** The first entry of each subject, if it is waiting. */
  private ready: Entry[] = [];

  /** `read`: the last sequence that was read; at first the cursor. */
  constructor(public read: number) {}

  /** The cursor: every event up to this sequence is done. */
  get standing(): number {
    return this.entries[0] ? this.entries[0].row.sequence - 1 : this.read;
  }
  /** The first event that is not done. */
  get oldest(): FeedRow | undefined {
    return this.entries[0]?.row;
  }
  get size(): number {
    return this.entries.length;
  }
  /** The number of entries that are not done. */
  get open(): number {
    return this.undone;
  }
  get hasNext(): boolean {
    return this.ready.length > 0;
  }

  /** Adds the rows of a read; `through`: the last sequence that it scanned. */
  add(rows: readonly FeedRow[], through: number): void {
    for (const row of rows) {
      const entry: Entry = { row, state: 'waiting' };
      this.entries.push(entry);
      this.undone += 1;
      this.queue(entry);
    }
    this.read = Math.max(this.read, through);
  }

  /** Takes the next entry that may be sent. */
  take(): Entry | undefined {
    const entry = this.ready.shift();
    if (entry) entry.state = 'sending';
    return entry;
  }

  done(entry: Entry): void {
    const wasDoubtful = entry.state === 'doubtful';
    entry.state = 'done';
    this.undone -= 1;
    if (!wasDoubtful) this.leave(entry);
    this.pass();
  }

  /** Marks a failed entry: the cursor stays before the entry, and the next entry of the same subject may be taken. */
  doubt(entry: Entry): void {
    entry.state = 'doubtful';
    this.leave(entry);
  }

  /** Sets this entry and every doubtful one back to `waiting`, each in its old place. */
  restore(entry?: Entry): void {
    if (entry) entry.state = 'waiting';
    for (const each of this.entries) if (each.state === 'doubtful') each.state = 'waiting';
    this.subjects.clear();
    this.ready = [];
    for (const each of this.entries) if (each.state !== 'done') this.queue(each);
    // A subject with a delivery in flight is not ready, even if an earlier entry of the subject waits.
    this.ready = this.ready.filter(
      ({ row }) => !this.subjects.get(row.subject)!.some(({ state }) => state === 'sending'),
    );
  }

  /** The waiting entries, for {@link drop}. */
  waiting(): readonly Entry[] {
    return this.entries.filter(({ state }) => state === 'waiting');
  }

  /** Removes a waiting entry undelivered. */
  drop(entry: Entry): void {
    this.ready = this.ready.filter((each) => each !== entry);
    this.done(entry);
  }

  private queue(entry: Entry): void {
    const line = this.subjects.get(entry.row.subject);
    if (line) line.push(entry);
    else this.subjects.set(entry.row.subject, [entry]);
    if (!line && entry.state === 'waiting') this.ready.push(entry);
  }

  private leave(entry: Entry): void {
    const { subject } = entry.row;
    const line = this.subjects.get(subject)!;
    line.splice(line.indexOf(entry), 1);
    const [first] = line;
    if (!first) this.subjects.delete(subject);
    else if (!line.some(({ state }) => state === 'sending') && !this.ready.includes(first))
      this.ready.push(first);
  }

  private pass(): void {
    let passed = 0;
    while (this.entries[passed]?.state === 'done') passed += 1;
    if (passed > 0) this.entries.splice(0, passed);
  }
}
