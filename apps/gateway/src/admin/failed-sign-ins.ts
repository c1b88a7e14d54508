const WINDOW_MS = 60_000;
const MOST_FAILURES = 10;
const MOST_ADDRESSES = 10_000;

/**
 * Counts failed sign-ins per address (for IPv6 per /64, one customer's network). After 10 failures within a minute the
 * address is refused until a minute after the first.
 */
export class FailedSignIns {
  private readonly windows = new Map<string, { failures: number; readonly endsAt: number }>();

  constructor(private readonly now: () => number = Date.now) {}

  /** Seconds until the address may try again; 0: now. */
  waitOf(address: string): number {
    const window = this.windowOf(networkOf(address));
    return window && window.failures >= MOST_FAILURES ? Math.ceil((window.endsAt - this.now()) / 1_000) : 0;
  }

  failed(address: string): void {
    const network = networkOf(address);
    const window = this.windowOf(network);
    if (window) window.failures += 1;
    else this.windows.set(network, { failures: 1, endsAt: this.now() + WINDOW_MS });
    // All windows are equally long, so the oldest ends first.
    if (this.windows.size > MOST_ADDRESSES) this.windows.delete(this.windows.keys().next().value!);
  }

  private windowOf(network: string) {
    const window = this.windows.get(network);
    if (window === undefined || window.endsAt > this.now()) return window;
    this.windows.delete(network);
    return undefined;
  }
}

/** An IPv4 address (also if written as IPv6), or the first 64 bits of an IPv6 address. */
export function networkOf(address: string): string {
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (v4 !== undefined || !address.includes(':')) return v4 ?? address;
  const [head = '', tail] = address.toLowerCase().split('%')[0]!.split('::');
  const groups = head.split(':').filter(Boolean);
  const after = tail?.split(':').filter(Boolean) ?? [];
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => '0');
  return [...groups, ...zeros, ...after]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
