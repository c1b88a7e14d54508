/** Share of Meta's throughput that is used: clock drift must not turn the last call of a second into error 130429. */
const SHARE = 0.98;
/** Meta counts calls per 1,000 ms. Longer here, since calls that leave evenly do not arrive evenly. */
const WINDOW_MS = 1_010;
/** After a stall, the calls missed in at most this many ms are made up for. */
export const CATCH_UP_MS = 100;
/** How far ahead calls are claimed, in ms. Short: after a crash the outcomes of claimed calls are unknown. */
const AHEAD_MS = 100;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Schedules the calls of one phone number: evenly, and in no second more than Meta's throughput (messages a second).
 * All times are in ms on one monotonic clock.
 */
export class NumberPace {
  /** Calls so far. */
  taken = 0;
  private next = -Infinity;
  private pausedUntil = -Infinity;
  private pauseMs = FIRST_PAUSE_MS;
  /** Ring buffer of the times of the last `throughput` calls; `oldest`: the index of the earliest. */
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

  /** Remaining pause after Meta's throughput error, in ms. */
  pausedFor(now: number): number {
    return Math.max(0, this.pausedUntil - now);
  }

  /** How many calls may be claimed now, behind `waiting` claimed calls that have not left yet. */
  room(now: number, waiting = 0, catchUpMs = CATCH_UP_MS): number {
    const from = this.evenly(now, catchUpMs) + waiting * this.gap;
    if (now < this.pausedUntil || from > now + AHEAD_MS) return 0;
    return Math.floor((now + AHEAD_MS - from) / this.gap) + 1;
  }

  /** When {@link room} will be at least one. */
  roomAt(now: number, waiting = 0, catchUpMs = CATCH_UP_MS): number {
    return Math.max(now, this.pausedUntil, this.evenly(now, catchUpMs) + waiting * this.gap - AHEAD_MS);
  }

  /** When the next call may leave. */
  freeAt(now: number, catchUpMs = CATCH_UP_MS): number {
    return Math.max(this.evenly(now, catchUpMs), now, this.latest[this.oldest]! + WINDOW_MS);
  }

  /** Returns {@link freeAt} and reserves that time for the caller. */
  take(now: number, catchUpMs = CATCH_UP_MS): number {
    const at = this.freeAt(now, catchUpMs);
    this.taken += 1;
    this.latest[this.oldest] = at;
    this.oldest = (this.oldest + 1) % this.latest.length;
    this.next = this.evenly(now, catchUpMs) + this.gap;
    return at;
  }

  /** Pauses claims after Meta's throughput error; each further error in a row doubles the pause. */
  refused(now: number): void {
    if (now < this.pausedUntil) return; // the error is for a call that left before the pause
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

// Meta's pair rate limit, per phone number and person: one message per 6 s, with bursts of up to 45. Slightly less
// here, since calls that leave evenly do not arrive evenly.
const PAIR_GAP_MS = 6_000 * 1.005;
const PAIR_BURST = 44;
/** Pair debts up to this (ms) are kept in memory only; five messages to one person at once make such a debt. */
export const UNSAVED_DEBT_MS = 5 * PAIR_GAP_MS;
const MANY = 10_000;

/**
 * Limits the messages of one phone number to each person. Every message adds PAIR_GAP_MS to the person's debt; the debt
 * falls by 1 ms per ms.
 */
export class PairPace {
  private readonly paidAt: Map<string, number>;
  private readonly held = new Map<string, number>();
  private readonly othersPaidAt: number;

  /**
   * `debts`: stored by earlier holders of the lease, by conversation. `unsaved`: the largest debt (ms) that any other
   * conversation may still have from an earlier holder, which does not store debts up to {@link UNSAVED_DEBT_MS}.
   */
  constructor(
    now: number,
    debts: readonly (readonly [conversationId: string, debtMs: number])[],
    unsaved = 0,
  ) {
    this.paidAt = new Map(debts.map(([id, debtMs]) => [id, now + debtMs]));
    this.othersPaidAt = now + unsaved;
  }

  /** The debt after one more message, in ms. */
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

  /** Conversations in which no message may be sent now. */
  heldBack(now: number): string[] {
    for (const [id, until] of this.held) if (until <= now) this.held.delete(id);
    return [...this.held.keys()];
  }

  /** When the first of the conversations held back may get a message; Infinity: none is held back. */
  get freeAt(): number {
    return Math.min(...this.held.values());
  }

  private paidAtOf(conversationId: string, now: number): number {
    return Math.max(this.paidAt.get(conversationId) ?? this.othersPaidAt, now);
  }
}
