/** Of Meta's throughput, so that two clocks that differ a little do not make 130429 of the last call of a second. */
const SHARE = 0.98;
/** Longer than a second, since what leaves evenly does not arrive evenly. */
const WINDOW_MS = 1_010;
/** What a stall held up may be caught up with, in milliseconds' worth of calls. */
export const CATCH_UP_MS = 100;
/** How far ahead calls get their slots: what is claimed and not called yet is unknown after a crash. */
const AHEAD_MS = 100;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * When the calls of one phone number may leave: evenly, and in no second more than Meta's throughput (messages a
 * second). All times are in milliseconds on one monotonic clock.
 */
export class NumberPace {
  /** Calls so far. */
  taken = 0;
  private next = -Infinity;
  private pausedUntil = -Infinity;
  private pauseMs = FIRST_PAUSE_MS;
  /** When the latest calls left, as many as the throughput; `oldest` is the place of the first. */
  private latest: Float64Array;
  private oldest = 0;

  constructor(throughput: number) {
    this.latest = new Float64Array(throughput).fill(-Infinity);
  }

  set throughput(throughput: number) {
    if (throughput === this.latest.length) return;
    const known = [...this.latest.subarray(this.oldest), ...this.latest.subarray(0, this.oldest)];
    this.latest = new Float64Array(throughput).fill(-Infinity);
    this.latest.set(known.slice(-throughput), Math.max(0, throughput - known.length));
    this.oldest = 0;
  }

  get throughput(): number {
    return this.latest.length;
  }

  /** How much longer nothing is claimed since Meta said that it was too fast. */
  pausedFor(now: number): number {
    return Math.max(0, this.pausedUntil - now);
  }

  /** How many calls may be claimed now, behind `waiting` others that were claimed and have no slot yet. */
  room(now: number, waiting = 0, catchUpMs = CATCH_UP_MS): number {
    const from = this.evenly(now, catchUpMs) + waiting * this.gap;
    if (now < this.pausedUntil || from > now + AHEAD_MS) return 0;
    return Math.floor((now + AHEAD_MS - from) / this.gap) + 1;
  }

  /** When {@link room} will be at least one. */
  roomAt(now: number, waiting = 0, catchUpMs = CATCH_UP_MS): number {
    return Math.max(now, this.pausedUntil, this.evenly(now, catchUpMs) + waiting * this.gap - AHEAD_MS);
  }

  /** The moment at which the next call may leave. */
  freeAt(now: number, catchUpMs = CATCH_UP_MS): number {
    return Math.max(this.evenly(now, catchUpMs), now, this.latest[this.oldest]! + WINDOW_MS);
  }

  /** As {@link freeAt}; the moment is the caller's. */
  take(now: number, catchUpMs = CATCH_UP_MS): number {
    const at = this.freeAt(now, catchUpMs);
    this.taken += 1;
    this.latest[this.oldest] = at;
    this.oldest = (this.oldest + 1) % this.latest.length;
    this.next = this.evenly(now, catchUpMs) + this.gap;
    return at;
  }

  /** Meta said that it was too fast: nothing is claimed for a while, longer each time in a row. */
  refused(now: number): void {
    if (now < this.pausedUntil) return; // of calls that were under way already
    this.pausedUntil = now + this.pauseMs;
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
  }

  passed(): void {
    this.pauseMs = FIRST_PAUSE_MS;
  }

  private evenly(now: number, catchUpMs: number): number {
    return Math.max(this.next, now - catchUpMs);
  }

  private get gap(): number {
    return 1000 / (this.latest.length * SHARE);
  }
}

// Meta's pair rate limit: 45 messages to one person at once, borrowed from a quota of one in 6 s. A little less, since
// what leaves evenly does not arrive evenly.
const PAIR_GAP_MS = 6_000 * 1.005;
const PAIR_BURST = 44;
/** Debts up to this are kept in memory only: five messages to a person within half a minute. */
export const UNSAVED_DEBT_MS = 5 * PAIR_GAP_MS;
const MANY = 10_000;

/**
 * When the people of one phone number may be written to again. Each has a debt in milliseconds that every message
 * raises by its share of the quota and that time takes off.
 */
export class PairPace {
  private readonly paidAt: Map<string, number>;
  private readonly held = new Map<string, number>();
  private readonly othersPaidAt: number;

  /**
   * What was saved of an earlier holder, by conversation; of everybody else it may have left `unsaved`, which is how
   * much of {@link UNSAVED_DEBT_MS} the time since then has not taken off.
   */
  constructor(
    now: number,
    debts: readonly (readonly [conversationId: string, debtMs: number])[],
    unsaved = 0,
  ) {
    this.paidAt = new Map(debts.map(([id, debtMs]) => [id, now + debtMs]));
    this.othersPaidAt = now + unsaved;
  }

  /** The debt in milliseconds that one more message would leave. */
  debtWith(conversationId: string, now: number): number {
    return this.paidAtOf(conversationId, now) + PAIR_GAP_MS - now;
  }

  take(conversationId: string, now: number): void {
    const paidAt = this.paidAtOf(conversationId, now) + PAIR_GAP_MS;
    this.paidAt.set(conversationId, paidAt);
    const free = paidAt - (PAIR_BURST - 1) * PAIR_GAP_MS;
    if (free > now + 1) this.held.set(conversationId, free);
    if (this.paidAt.size > MANY) for (const [id, at] of this.paidAt) if (at <= now) this.paidAt.delete(id);
  }

  /** Who may not be written to now. */
  heldBack(now: number): string[] {
    for (const [id, until] of this.held) if (until <= now) this.held.delete(id);
    return [...this.held.keys()];
  }

  /** When the next of them may; Infinity: nobody is held back. */
  get freeAt(): number {
    return Math.min(...this.held.values());
  }

  private paidAtOf(conversationId: string, now: number): number {
    return Math.max(this.paidAt.get(conversationId) ?? this.othersPaidAt, now);
  }
}
