import type { Logger } from '@wbiz/eventing/logger';
import type { Replay, Standing, Subscription } from '../subscription/subscriptions.js';
import type { FeedRow } from './envelope.js';
import type { DueRow, FeedPages } from './feed-pages.js';
import { OrderedWindow, type Entry } from './ordered-window.js';

/** Maximum retries in flight at once, and maximum replayed events; the other places are for live events. */
const MOST_BESIDE_LIVE = 8;
const PAGE = 200;
const MOST_OPEN = 400;
/** Maximum entries in a window, and so maximum events sent twice if this process crashes while one answer is slow. */
const MOST_UNPASSED = 2_000;

/** An event to send: a live event, an event of a replay, or a failed event whose retry is due. */
export type Item =
  | { readonly of: 'live' | 'replay'; readonly row: FeedRow; readonly entry: Entry }
  | { readonly of: 'retry'; readonly row: DueRow };

export type BacklogOptions = {
  readonly pages: Pick<FeedPages, 'after' | 'givenUp' | 'due'>;
  /** ms since the epoch. */
  readonly now: () => number;
  /** Called after each read of events, some of which may be ready to send. */
  readonly onRead: () => void;
  /** Called at each {@link WebhookBacklog.readOn} after the end of a replay until {@link WebhookBacklog.replayOver}. */
  readonly onReplayEnd: () => void;
  readonly logger: Logger;
};

/** The events still to be sent to one webhook, read in pages: live events after the cursor, due retries and replays. */
export class WebhookBacklog {
  private readonly live: OrderedWindow;
  private replays: readonly Replay[];
  private replay: { readonly ask: Replay; readonly window: OrderedWindow } | undefined;
  private readonly endedReplays = new Set<string>();
  private due: DueRow[] = [];
  /** When the next retry is due (ms since the epoch); null: there is none. */
  private nextDue: number | null;
  /** Sequences whose retry is read but whose outcome is not stored yet. */
  private readonly retrying = new Set<number>();
  private readonly inFlight = { retry: 0, replay: 0 };
  private readonly reading = new Set<Item['of']>();
  /** The last known sequence of the feed. */
  private head = 0;

  constructor(
    private readonly options: BacklogOptions,
    private subscription: Subscription,
    { cursor, nextDue, replays }: Standing,
  ) {
    this.live = new OrderedWindow(cursor);
    this.nextDue = nextDue;
    this.replays = replays;
  }

  /** Every event up to this sequence is delivered or has a row in failures. */
  get cursor(): number {
    return this.live.standing;
  }
  /** True if nothing is left to send until the feed grows. */
  get isEmpty(): boolean {
    const { live, head, replay, nextDue } = this;
    return live.open === 0 && live.read >= head && !replay && nextDue === null;
  }
  get hasOpenLive(): boolean {
    return this.live.open > 0;
  }
  /** The number of events after the cursor, and when the oldest unfinished one was created (ms since the epoch; 0: none). */
  get behind(): { readonly events: number; readonly since: number } {
    const { live, head } = this;
    return { events: Math.max(0, head - live.standing), since: live.oldest?.createdAt.getTime() ?? 0 };
  }
  /** Progress of the current replay; `over`: whether the replay has reached its end. */
  get replayMark(): { readonly id: string; readonly cursor: number; readonly over: boolean } | undefined {
    if (!this.replay) return undefined;
    const { ask, window } = this.replay;
    return { id: ask.id, cursor: window.standing, over: window.standing >= ask.last };
  }

  update(subscription: Subscription, { nextDue, replays }: Standing): void {
    this.subscription = subscription;
    for (const window of [this.live, this.replay?.window])
      for (const entry of window?.waiting() ?? [])
        if (subscription.types && !subscription.types.includes(entry.row.type)) window!.drop(entry);
    this.nextDue = earlier(this.nextDue, nextDue);
    // `replays` may have been read from the database before the end of one of them was stored.
    this.replays = replays.filter(({ id }) => id !== this.replay?.ask.id && !this.endedReplays.has(id));
  }

  /** `head`: the last sequence of the feed, read by the caller. */
  grownTo(head: number): void {
    this.head = Math.max(this.head, head);
  }

  get hasNext(): boolean {
    return this.live.hasNext || this.mayRetry || this.mayReplay;
  }

  private get mayRetry(): boolean {
    return this.due.length > 0 && this.inFlight.retry < MOST_BESIDE_LIVE;
  }
  private get mayReplay(): boolean {
    return !!this.replay?.window.hasNext && this.inFlight.replay < MOST_BESIDE_LIVE;
  }

  /**
   * Takes the next event: retries first (in a probe of a paused endpoint, live events first), then live, then replays.
   */
  take(isProbe: boolean): Item | undefined {
    const { live, due } = this;
    if (this.mayRetry && !(isProbe && live.hasNext)) {
      this.inFlight.retry += 1;
      return { of: 'retry', row: due.shift()! };
    }
    const entry = live.take();
    if (entry) return { of: 'live', row: entry.row, entry };
    const again = this.mayReplay ? this.replay?.window.take() : undefined;
    if (!again) return undefined;
    this.inFlight.replay += 1;
    return { of: 'replay', row: again.row, entry: again };
  }

  /** Call once a taken event is no longer in flight. */
  release({ of }: Item): void {
    if (of !== 'live') this.inFlight[of] -= 1;
  }

  /** Call once an event is delivered or its failure is recorded: the cursor may then pass the event. */
  done(item: Item): void {
    if (item.of === 'live') this.live.done(item.entry);
    else if (item.of === 'replay') this.replay?.window.done(item.entry);
  }

  /** Keeps the cursor before a failed live event; later events of the same subject may be sent. */
  doubt(entry: Entry): void {
    this.live.doubt(entry);
  }

  /** Puts an event back in its place, as if it had not been taken; a retry is due again `at` (ms since the epoch). */
  restore(item: Item, at: number): void {
    if (item.of === 'live') this.live.restore(item.entry);
    else if (item.of === 'replay') this.replay?.window.restore(item.entry);
    else {
      this.retrying.delete(item.row.sequence);
      this.nextDue = earlier(this.nextDue, at);
    }
  }

  /** Puts every doubtful live event back in its place. */
  restoreDoubts(): void {
    this.live.restore();
  }

  /** Call once the outcome of an event is stored; `due`: when it is retried (ms since the epoch), null: never. */
  stored({ of, row }: Item, due: number | null): void {
    if (of === 'retry') this.retrying.delete(row.sequence);
    this.nextDue = earlier(this.nextDue, due);
  }

  /** Call once the end of a replay is stored. */
  replayOver(id: string): void {
    this.endedReplays.add(id);
    if (this.replay?.ask.id === id) this.replay = undefined;
  }

  /**
   * Starts reads if there is room. `isPaused`: only of live events, unless a probe is due and no live event is ready.
   */
  readOn({ isPaused, mayProbe }: { readonly isPaused: boolean; readonly mayProbe: boolean }): void {
    const { live, options } = this;
    if (live.read < this.head && hasRoom(live)) this.read('live', () => this.readLive());
    if (isPaused && (live.hasNext || !mayProbe)) return;
    if (this.nextDue !== null && this.nextDue <= options.now() && this.due.length === 0)
      this.read('retry', () => this.readDue());
    if (!this.replay && this.replays[0]) {
      const [ask, ...others] = this.replays;
      this.replays = others;
      this.replay = { ask, window: new OrderedWindow(ask.cursor) };
    }
    const { replay } = this;
    if (replay && replay.window.read < replay.ask.last && hasRoom(replay.window))
      this.read('replay', () => this.readReplay(replay.ask, replay.window));
    else if (replay && replay.window.standing >= replay.ask.last) options.onReplayEnd();
  }

  /** At most one read of each kind at a time. */
  private read(of: Item['of'], work: () => Promise<void>): void {
    if (this.reading.has(of)) return;
    this.reading.add(of);
    work().then(
      () => {
        this.reading.delete(of);
        this.options.onRead();
      },
      (err: unknown) => {
        this.reading.delete(of);
        const { accountId, webhookId } = this.subscription;
        this.options.logger.warn(
          { err, accountId, webhookId, read: of },
          'deliverer: reading events to deliver failed; trying again at the next look at the feeds, if this replica still holds the webhook',
        );
      },
    );
  }

  private async readLive(): Promise<void> {
    const { live, subscription } = this;
    const { accountId, types, since } = subscription;
    const page = await this.options.pages.after({ accountId, after: live.read, types, since, limit: PAGE });
    live.add(page.rows, page.through);
    this.grownTo(page.head);
  }

  private async readDue(): Promise<void> {
    const { retrying, subscription, options } = this;
    const now = options.now();
    const { rows, next } = await options.pages.due(subscription.webhookId, new Date(now), PAGE);
    const fresh = rows.filter(({ sequence }) => !retrying.has(sequence));
    for (const { sequence } of fresh) retrying.add(sequence);
    this.due.push(...fresh);
    this.nextDue = rows.length === PAGE ? now : next;
  }

  private async readReplay(ask: Replay, window: OrderedWindow): Promise<void> {
    const { webhookId, accountId, types } = this.subscription;
    const { pages } = this.options;
    const asked = { accountId, after: window.read, types, limit: PAGE, since: ask.since };
    const page = ask.onlyFailed ? await pages.givenUp(webhookId, asked, ask.last) : await pages.after(asked);
    const wanted = page.rows.filter(
      ({ sequence, createdAt }) => sequence <= ask.last && createdAt >= ask.since && createdAt < ask.until,
    );
    window.add(wanted, Math.min(page.through, ask.last));
  }
}

const hasRoom = ({ open, size }: OrderedWindow) => open < MOST_OPEN - PAGE && size < MOST_UNPASSED;
const earlier = (one: number | null, other: number | null) =>
  one === null ? other : other === null ? one : Math.min(one, other);
