/** A request unanswered for this long puts the peer in doubt; also the timeout of a ping (ms). */
const DOUBT_MS = 500;
/** After this many unanswered pings the connection is made anew: the host behind it may be gone. */
const PINGS = 6;

/**
 * Spares requests the wait for a replica that does not answer at all. An unanswered request only puts it in doubt,
 * since the fault may be the request's own; an unanswered ping opens the breaker. Pings follow one another until one is
 * answered, or fails at once, which costs callers no time.
 */
export class Breaker {
  isOpen = false;
  private isProbing = false;
  private isClosed = false;

  /** `ping` resolves with an answer of any kind. */
  constructor(
    private readonly peer: { ping(timeoutMs: number): Promise<unknown>; close(): void },
    private readonly onChange: (isOpen: boolean) => void,
  ) {}

  /** A request failed without an answer after `ms`. */
  failed(ms: number): void {
    if (ms < DOUBT_MS || this.isProbing || this.isClosed) return;
    this.isProbing = true;
    void this.probe();
  }

  /** Ends the pings. */
  close(): void {
    this.isClosed = true;
  }

  private async probe(): Promise<void> {
    for (let pings = 1; !(await this.passes()) && !this.isClosed; pings += 1) {
      this.turn(true);
      if (pings % PINGS === 0) this.peer.close();
    }
    this.isProbing = false;
    this.turn(false);
  }

  /** Resolves to false if requests would wait in vain. */
  private async passes(): Promise<boolean> {
    const begun = performance.now();
    try {
      await this.peer.ping(DOUBT_MS);
      return true;
    } catch (error) {
      // Refused by its host at once, rather than cut off after a while for lack of proof.
      const { cause } = error as Error & { readonly cause?: { readonly code?: unknown } };
      return cause?.code !== undefined && performance.now() - begun < DOUBT_MS / 2;
    }
  }

  private turn(isOpen: boolean): void {
    if (this.isOpen === isOpen || this.isClosed) return;
    this.isOpen = isOpen;
    this.onChange(isOpen);
  }
}
