/** A request that fails without an answer after this long starts the pings; also the timeout of a ping (ms). */
const DOUBT_MS = 500;
/** After this many failed pings in a row the connection is closed and opened anew: the host behind it may be gone. */
const PINGS = 6;

/**
 * Lets requests pass over a replica that does not answer at all. An unanswered request only starts pings, since the
 * request itself may be at fault; an unanswered ping opens the breaker. Pings follow one another until one is answered,
 * or fails at once, since requests that fail at once cost their callers no time.
 */
export class Breaker {
  isOpen = false;
  private isProbing = false;
  private isClosed = false;

  /** `ping` resolves to an answer of any kind, even an error. */
  constructor(
    private readonly peer: { ping(timeoutMs: number): Promise<unknown>; close(): void },
    private readonly onChange: (isOpen: boolean) => void,
  ) {}

  /** To be called when a request has failed without an answer after `ms`. */
  failed(ms: number): void {
    if (ms < DOUBT_MS || this.isProbing || this.isClosed) return;
    this.isProbing = true;
    void this.probe();
  }

  /** Stops the pings. */
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

  /** Pings once. Resolves to false if requests to the peer would wait without getting an answer. */
  private async passes(): Promise<boolean> {
    const begun = performance.now();
    try {
      await this.peer.ping(DOUBT_MS);
      return true;
    } catch (error) {
      // True if the host refused the connection at once, false if the connection was cut off later for lack
      // of proof.
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
