import type { Pool } from 'pg';

const POLL_MS = 1_000;

type Watcher = {
  readonly accountId: string;
  readonly after: number;
  readonly settle: (isNew: boolean) => void;
};

export type FeedWatchOptions = {
  readonly pool: Pick<Pool, 'query'>;
  /** Aborted when the process stops: every waiting read then ends. */
  readonly stopping: AbortSignal;
  readonly onFault: (error: unknown) => void;
};

/**
 * Wakes waiting reads when the feed of their account grows. One query of the last sequences of feeds serves all waiting
 * reads; it runs at each `look` and every second, since a notification may get lost.
 */
export class FeedWatch {
  private readonly watchers = new Set<Watcher>();
  private looking = false;
  private lookAgain = false;
  private poll: NodeJS.Timeout | undefined;

  constructor(private readonly options: FeedWatchOptions) {
    options.stopping.addEventListener('abort', () => this.release(() => true, false));
  }

  /** Resolves to true once the account's feed has an event after `after`; to false after `ms` or when the process stops. */
  async beyond(accountId: string, after: number, ms: number): Promise<boolean> {
    if (this.options.stopping.aborted) return false;
    return new Promise((resolve) => {
      const watcher: Watcher = {
        accountId,
        after,
        settle: (isNew) => {
          clearTimeout(timer);
          resolve(isNew);
        },
      };
      const timer = setTimeout(() => this.release((one) => one === watcher, false), ms);
      this.watchers.add(watcher);
      this.poll ??= setInterval(() => this.look(), POLL_MS);
      // The feed may have grown since the caller read it.
      this.look();
    });
  }

  look(): void {
    if (this.watchers.size === 0) return;
    if (this.looking) {
      this.lookAgain = true;
      return;
    }
    this.looking = true;
    this.lookAtHeads()
      .catch(this.options.onFault)
      .finally(() => {
        this.looking = false;
        if (!this.lookAgain) return;
        this.lookAgain = false;
        this.look();
      });
  }

  private async lookAtHeads(): Promise<void> {
    const accounts = [...new Set([...this.watchers].map(({ accountId }) => accountId))];
    const { rows } = await this.options.pool.query<{ account_id: string; sequence: string }>({
      name: 'feed-heads',
      text: 'select account_id, sequence from webhooks.feed_heads where account_id = any($1)',
      values: [accounts],
    });
    const heads = new Map(rows.map(({ account_id, sequence }) => [account_id, Number(sequence)]));
    this.release(({ accountId, after }) => (heads.get(accountId) ?? 0) > after, true);
  }

  private release(ready: (watcher: Watcher) => boolean, isNew: boolean): void {
    for (const watcher of this.watchers) {
      if (!ready(watcher)) continue;
      this.watchers.delete(watcher);
      watcher.settle(isNew);
    }
    if (this.watchers.size > 0) return;
    clearInterval(this.poll);
    this.poll = undefined;
  }
}
