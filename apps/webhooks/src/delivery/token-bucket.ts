/** Holds at most `perSecond` tokens, starts full, gains `perSecond` a second. Times in ms of a monotonic clock. */
export class TokenBucket {
  private tokens: number;
  private at: number;

  constructor(
    readonly perSecond: number,
    now: number,
  ) {
    this.tokens = perSecond;
    this.at = now;
  }

  /** ms until a token is available; 0: one is available now. */
  wait(now: number): number {
    this.tokens = Math.min(this.perSecond, this.tokens + ((now - this.at) * this.perSecond) / 1_000);
    this.at = now;
    return this.tokens >= 1 ? 0 : ((1 - this.tokens) * 1_000) / this.perSecond;
  }

  take(): void {
    this.tokens -= 1;
  }
}
