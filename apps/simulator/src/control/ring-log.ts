import { cursorOf, type PageRequest } from './page-request.js';

export type Row = { readonly at: number };

/** Keeps the newest `capacity` rows in order of arrival. Calls `onEvicted` with each row that it drops. */
export class RingLog<R extends Row> {
  private rows: R[] = [];
  private added = 0;

  constructor(
    private readonly capacity: number,
    private readonly onEvicted: (row: R) => void = () => {},
  ) {}

  /** How many rows were added so far, dropped ones included; the newest row's sequence is `total` - 1. */
  get total() {
    return this.added;
  }

  add(row: R) {
    const slot = this.added % this.capacity;
    const evicted = this.rows[slot];
    if (evicted !== undefined) this.onEvicted(evicted);
    this.rows[slot] = row;
    this.added += 1;
  }

  get(sequence: number): R | undefined {
    const kept = sequence >= 0 && sequence < this.added && sequence >= this.added - this.capacity;
    return kept ? this.rows[sequence % this.capacity] : undefined;
  }

  /** Finds the newest row that matches. */
  findLast(matches: (row: R) => boolean): R | undefined {
    for (let sequence = this.added - 1; ; sequence -= 1) {
      const row = this.get(sequence);
      if (row === undefined || matches(row)) return row;
    }
  }

  /** One page of matching rows in order of arrival, and how many rows of the log match. `nextCursor` is null on an empty page. */
  page({ after, from, limit }: PageRequest, matches: (row: R) => boolean) {
    const data: R[] = [];
    let matching = 0;
    let last: number | undefined;
    for (let sequence = Math.max(0, this.added - this.capacity); sequence < this.added; sequence += 1) {
      const row = this.rows[sequence % this.capacity]!;
      if (row.at < from || !matches(row)) continue;
      matching += 1;
      if (sequence <= after || data.length >= limit) continue;
      data.push(row);
      last = sequence;
    }
    return { data, matching, nextCursor: last === undefined ? null : cursorOf(last) };
  }

  clear() {
    this.rows = [];
    this.added = 0;
  }
}
