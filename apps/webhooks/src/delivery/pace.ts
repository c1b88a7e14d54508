/** At most so many a second, with a second's worth at once. Times in ms on any steady clock. */
export class Pace {
  private tokens: number;
  private at: number;

  constructor(
    readonly perSecond: number,
    now: number,
  ) {
    this.tokens = perSecond;
    this.at = now;
  }

  /** ms until one may go; 0: now. */
  wait(now: number): number {
    this.tokens = Math.min(this.perSecond, this.tokens + ((now - this.at) * this.perSecond) / 1_000);
    this.at = now;
    return this.tokens >= 1 ? 0 : ((1 - this.tokens) * 1_000) / this.perSecond;
  }

  /** One goes. */
  take(): void {
    this.tokens -= 1;
  }
}
