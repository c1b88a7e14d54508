import { CATCH_UP_MS, type NumberPace } from './pace.js';

/** Of the dispatch queue: single sends, and sends of campaigns. The lower one goes first, always. */
export const CLASSES = [0, 1] as const;
export type Class = (typeof CLASSES)[number];

/**
 * In milliseconds' worth of calls. What catches up is missing at the end of the second, and a single send that comes then
 * has to wait; so a campaign catches up with little.
 */
const CATCH_UP: Readonly<Record<Class, number>> = { 0: CATCH_UP_MS, 1: 20 };

type Waiting = { readonly until: number; readonly pass: (passed: boolean) => void };

/** Gives the slots of a phone number's pace to the calls that were claimed: of a lower class first, else in their order. */
export class Turnstile {
  private readonly waiting: Readonly<Record<Class, Waiting[]>> = { 0: [], 1: [] };
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly pace: NumberPace,
    private readonly clock = () => performance.now(),
  ) {}

  /** How many calls of this class may be claimed now. */
  room(cls: Class, now: number): number {
    return this.pace.room(now, this.before(cls), CATCH_UP[cls]);
  }

  /** When {@link room} will be at least one, if no call of a lower class comes. */
  roomAt(cls: Class, now: number): number {
    return this.pace.roomAt(now, this.before(cls), CATCH_UP[cls]);
  }

  /** Resolves when the call may leave; to false if it may not by `until`, on the monotonic clock. */
  turn(cls: Class, until = Infinity): Promise<boolean> {
    return new Promise((pass) => {
      this.waiting[cls].push({ until, pass });
      this.next();
    });
  }

  private before(cls: Class): number {
    return cls === 0 ? this.waiting[0].length : this.waiting[0].length + this.waiting[1].length;
  }

  private next(): void {
    const now = this.clock();
    const isLate = (cls: Class) => (this.waiting[cls][0]?.until ?? Infinity) <= now;
    const first = () => CLASSES.find(isLate) ?? CLASSES.find((cls) => this.waiting[cls].length > 0);
    for (let cls; (cls = first()) !== undefined;) {
      const passes = !isLate(cls);
      if (passes) {
        const at = this.pace.freeAt(now, CATCH_UP[cls]);
        if (at > now) return this.nextAt(at - now);
        this.pace.take(now, CATCH_UP[cls]);
      }
      this.waiting[cls].shift()!.pass(passes);
    }
  }

  private nextAt(inMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.next(), inMs);
  }
}
