import type { FeedRow } from './envelope.js';

export type Entry = {
  readonly row: FeedRow;
  /** doubtful: failed, and not known yet whether the event is at fault or the endpoint. */
  state: 'waiting' | 'flying' | 'doubtful' | 'done';
};

/**
 * What a reader has read of the feed and not yet passed. Different subjects side by side, each in order. `standing`: all
 * up to it is done.
 */
export class Window {
  /** In order of the feed; the first is not done. */
  private entries: Entry[] = [];
  private undone = 0;
  private readonly subjects = new Map<string, Entry[]>();
  /** The first of each subject, where it waits. */
  private ready: Entry[] = [];

  constructor(public read: number) {}

  get standing(): number {
    return this.entries[0] ? this.entries[0].row.sequence - 1 : this.read;
  }
  /** The first that is not done. */
  get oldest(): FeedRow | undefined {
    return this.entries[0]?.row;
  }
  get size(): number {
    return this.entries.length;
  }
  /** How many wait, fly or are doubtful. */
  get open(): number {
    return this.undone;
  }
  get hasNext(): boolean {
    return this.ready.length > 0;
  }

  /** What was read up to `through`. */
  add(rows: readonly FeedRow[], through: number): void {
    for (const row of rows) {
      const entry: Entry = { row, state: 'waiting' };
      this.entries.push(entry);
      this.undone += 1;
      this.queue(entry);
    }
    this.read = Math.max(this.read, through);
  }

  /** The next that may go, which flies from now on. */
  take(): Entry | undefined {
    const entry = this.ready.shift();
    if (entry) entry.state = 'flying';
    return entry;
  }

  done(entry: Entry): void {
    const wasDoubtful = entry.state === 'doubtful';
    entry.state = 'done';
    this.undone -= 1;
    if (!wasDoubtful) this.leave(entry);
    this.pass();
  }

  /** Failed; what follows of its subject goes on, the cursor does not. */
  doubt(entry: Entry): void {
    entry.state = 'doubtful';
    this.leave(entry);
  }

  /** Waits again, in its place, and so does all that is doubtful. */
  restore(entry?: Entry): void {
    if (entry) entry.state = 'waiting';
    for (const each of this.entries) if (each.state === 'doubtful') each.state = 'waiting';
    this.subjects.clear();
    this.ready = [];
    for (const each of this.entries) if (each.state !== 'done') this.queue(each);
    // A subject of which something flies is not ready, wherever in its line that is.
    this.ready = this.ready.filter(
      ({ row }) => !this.subjects.get(row.subject)!.some(({ state }) => state === 'flying'),
    );
  }

  /** Those that wait, for whoever drops some of them. */
  waiting(): readonly Entry[] {
    return this.entries.filter(({ state }) => state === 'waiting');
  }

  /** Does not go at all. */
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
    else if (!line.some(({ state }) => state === 'flying') && !this.ready.includes(first))
      this.ready.push(first);
  }

  private pass(): void {
    let passed = 0;
    while (this.entries[passed]?.state === 'done') passed += 1;
    if (passed > 0) this.entries.splice(0, passed);
  }
}
