type Waiting = Map<() => void, string>;

/**
 * Limits deliveries in flight to each host, over all webhooks of this process. An account gets at most half of a host's
 * places: automation services host the endpoints of many accounts, and one slow endpoint must not block the rest.
 */
export class HostLimits {
  /** Deliveries in flight to each host, and to each host for each account. */
  private readonly inFlight = new Map<string, number>();
  private readonly waiting = new Map<string, Waiting>();
  private readonly mostOfAccount: number;

  constructor(private readonly most: number) {
    this.mostOfAccount = Math.ceil(most / 2);
  }

  /** Takes a free place and returns true. If none is free, returns false and calls `wake` once one may be. */
  take(host: string, accountId: string, wake: () => void): boolean {
    if (!this.hasRoom(host, accountId)) {
      const waiting: Waiting = this.waiting.get(host) ?? new Map();
      this.waiting.set(host, waiting.set(wake, accountId));
      return false;
    }
    for (const key of keysOf(host, accountId)) this.inFlight.set(key, this.of(key) + 1);
    return true;
  }

  give(host: string, accountId: string): void {
    for (const key of keysOf(host, accountId)) {
      const left = this.of(key) - 1;
      if (left > 0) this.inFlight.set(key, left);
      else this.inFlight.delete(key);
    }
    if (this.waiting.has(host)) setImmediate(() => this.offer(host));
  }

  /** Wakes waiters while there is room, the longest waiting first. A woken waiter need not take a place. */
  private offer(host: string): void {
    for (;;) {
      const waiting = this.waiting.get(host);
      const next = waiting && [...waiting].find(([, accountId]) => this.hasRoom(host, accountId));
      if (!next) return;
      const [wake] = next;
      waiting.delete(wake);
      if (waiting.size === 0) this.waiting.delete(host);
      wake();
    }
  }

  private hasRoom(host: string, accountId: string): boolean {
    const [ofHost, ofAccount] = keysOf(host, accountId);
    return this.of(ofHost) < this.most && this.of(ofAccount) < this.mostOfAccount;
  }

  private of(key: string): number {
    return this.inFlight.get(key) ?? 0;
  }
}

const keysOf = (host: string, accountId: string) => [host, `${host} ${accountId}`] as const;
