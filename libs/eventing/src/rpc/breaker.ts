/** A request that waited this long in vain puts the peer in doubt; as long a ping may take. */
const DOUBT_MS = 500;
/** A connection on which so many pings went unanswered is made anew: the host behind it may be gone. */
const PINGS = 6;

/**
 * Keeps requests from a replica that does not answer at all, since each would wait until its time is up. A request left
 * unanswered only puts it in doubt, as the fault may be that request's own: what opens the breaker is an unanswered
 * ping. One ping after another is sent until one is answered, or fails at once, which costs nobody time.
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

  /** Whether requests would not wait in vain. */
  private async passes(): Promise<boolean> {
    const begun = performance.now();
    try {
      await this.peer.ping(DOUBT_MS);
      return true;
    } catch (error) {
      // Refused by its host, and not cut since it proved nothing for a while.
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
