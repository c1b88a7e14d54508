/**
 * joining: not in the group yet, or rebalancing. waiting: a partition waits for a fault to pass. halted: a partition is
 * no longer read, because a record in it must not be skipped. crashed: kafkajs gave up; it may start again.
 */
type ConsumerState = 'joining' | 'running' | 'waiting' | 'halted' | 'crashed' | 'closed';

/** Times are ms since the epoch, 0: never. */
export type ConsumerStatus = {
  /** The consumer group. */
  readonly name: string;
  state: ConsumerState;
  /** Why the consumer is waiting, halted or crashed; '' in all other states. */
  reason: string;
  /** Since when a partition has been waiting for a fault to pass; the earliest of several. */
  waitingSince: number;
  /** Unhandled records on the consumer's partitions, as of the last fetch. */
  lag: number;
  lastFetchAt: number;
  /** When the oldest record under way was written; 0: none is under way. */
  oldestAt: () => number;
  /** How often the consumer has joined its group. */
  joins: number;
  /** The last time the broker confirmed the membership, or a rejoin began. */
  lastAliveAt: number;
};

/** The status of this process's consumers, for /health, /metrics and the watchdog. */
export class ConsumerHealth {
  private readonly consumers = new Map<string, ConsumerStatus>();

  add(name: string): ConsumerStatus {
    const status: ConsumerStatus = {
      name,
      state: 'joining',
      reason: '',
      waitingSince: 0,
      lag: 0,
      lastFetchAt: 0,
      oldestAt: () => 0,
      joins: 0,
      lastAliveAt: Date.now(),
    };
    this.consumers.set(name, status);
    return status;
  }

  statuses(): readonly Readonly<ConsumerStatus>[] {
    return [...this.consumers.values()];
  }
}

export type WatchdogOptions = {
  readonly health: ConsumerHealth;
  /** Whether the broker answers right now. */
  readonly ping: () => Promise<boolean>;
  /** Called once, with the first dead consumer; it must end the process. */
  readonly onDead: (consumer: Readonly<ConsumerStatus>) => void;
  readonly deadAfterMs?: number;
};

/**
 * Finds consumers that have silently stopped: a consumer is dead after `deadAfterMs` (30 s) without a sign of life
 * during which the broker answered and this process ran. Returns a function that ends the watch.
 */
export function watchConsumers({ health, ping, onDead, deadAfterMs = 30_000 }: WatchdogOptions): () => void {
  const everyMs = deadAfterMs / 6;
  let excusedUntil = 0;
  let lastLook = Date.now();
  let looking = false;

  const silentSince = (limit: number) =>
    health
      .statuses()
      .find(({ state, lastAliveAt }) => state !== 'closed' && Math.max(lastAliveAt, excusedUntil) < limit);

  const look = async () => {
    const now = Date.now();
    if (now - lastLook > 2 * everyMs) excusedUntil = now; // this process was frozen: the silence does not count
    lastLook = now;
    if (!silentSince(now - 2 * everyMs)) return;
    if (!(await ping())) {
      excusedUntil = Date.now();
      return;
    }
    const dead = silentSince(now - deadAfterMs);
    if (!dead) return;
    stop();
    onDead(dead);
  };

  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void look().finally(() => (looking = false));
  }, everyMs);
  timer.unref();
  const stop = () => clearInterval(timer);
  return stop;
}
