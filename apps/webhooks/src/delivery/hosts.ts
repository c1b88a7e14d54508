type Waiting = Map<() => void, string>;

/**
 * Limits deliveries in flight per host, over all webhooks of this process. One account gets at most half of a host:
 * automation services host the endpoints of many accounts, and a slow endpoint must not block the others.
 */
export class Hosts {
  /** Deliveries in flight, by host and by host and account. */
  private readonly flying = new Map<string, number>();
  private readonly waiting = new Map<string, Waiting>();
  private readonly mostOfAccount: number;

  constructor(private readonly most: number) {
    this.mostOfAccount = Math.ceil(most / 2);
  }

  /** Takes a place if there is one; otherwise `wake` is called once there may be one. */
  take(host: string, accountId: string, wake: () => void): boolean {
    if (!this.hasRoom(host, accountId)) {
      const waiting: Waiting = this.waiting.get(host) ?? new Map();
      this.waiting.set(host, waiting.set(wake, accountId));
      return false;
    }
    for (const key of keysOf(host, accountId)) this.flying.set(key, this.of(key) + 1);
    return true;
  }

  give(host: string, accountId: string): void {
    for (const key of keysOf(host, accountId)) {
      const left = this.of(key) - 1;
      if (left > 0) this.flying.set(key, left);
      else this.flying.delete(key);
    }
    if (this.waiting.has(host)) setImmediate(() => this.offer(host));
  }

  /** Wakes waiters, the longest waiting first, while there is room: not every waiter takes its place. */
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
    return this.flying.get(key) ?? 0;
  }
}

const keysOf = (host: string, accountId: string) => [host, `${host} ${accountId}`] as const;
