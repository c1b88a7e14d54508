import { CATCH_UP_MS, type NumberPace } from './pace.js';
import { CLASSES, type Class } from './send-class.js';

/**
 * Per class: after a stall, the calls missed in at most this many ms are made up for. Few for campaigns: each such call
 * uses up Meta's limit for this second, in which a single send might then have to wait.
 */
const CATCH_UP: Readonly<Record<Class, number>> = { 0: CATCH_UP_MS, 1: 20 };

type Waiting = { readonly until: number; readonly pass: (passed: boolean) => void };

/** Lets the claimed calls of a phone number leave at the number's pace: lower classes first, each class in order. */
export class PacedCalls {
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

  /** When {@link room} will be at least one if no lower-class call comes. */
  roomAt(cls: Class, now: number): number {
    return this.pace.roomAt(now, this.before(cls), CATCH_UP[cls]);
  }

  /** Resolves to true when the call may leave, or to false once `until` (monotonic clock, ms) has passed. */
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
