/**
 * Spaces rounds of work at least `ms` apart, so that items gather between them. A round after a longer gap does not
 * wait.
 */
export class Cadence {
  private last = -Infinity;

  constructor(private readonly ms: number) {}

  /** How long the next round has to wait (ms). */
  get wait(): number {
    return Math.max(0, this.last + this.ms - performance.now());
  }

  /** Must be called when a round begins. */
  begin(): void {
    this.last = performance.now();
  }
}
