/** Shares out what one host is asked at once, over all webhooks of this process. */
export class Hosts {
  private readonly flying = new Map<string, number>();
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(private readonly most: number) {}

  /** Whether one more may fly; if not, `wake` is called once one has landed. */
  take(host: string, wake: () => void): boolean {
    const flying = this.flying.get(host) ?? 0;
    if (flying < this.most) {
      this.flying.set(host, flying + 1);
      return true;
    }
    const waiting = this.waiting.get(host) ?? new Set();
    this.waiting.set(host, waiting.add(wake));
    return false;
  }

  give(host: string): void {
    const left = this.flying.get(host)! - 1;
    if (left > 0) this.flying.set(host, left);
    else this.flying.delete(host);
    const [first] = this.waiting.get(host) ?? [];
    if (!first) return;
    this.waiting.get(host)!.delete(first);
    if (this.waiting.get(host)!.size === 0) this.waiting.delete(host);
    setImmediate(first);
  }
}
