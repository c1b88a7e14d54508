import { setTimeout as delay } from 'node:timers/promises';
import type { EventPage, EventView } from '@wbiz/contracts/feed';
import { add, total } from './amounts.ts';
import { untilBy, type Reader } from './progress.ts';

const PAGE = 200;
const PAUSE_MS = 50;
const WAIT_S = 20;

/** Counts of events read from the feed; `missed` and `repeated` follow from the events' sequences. */
export type Told = {
  readonly events: number;
  readonly missed: number;
  readonly repeated: number;
  readonly statuses: Readonly<Record<string, number>>;
};

/**
 * Follows the event feeds of several accounts as clients do. A message is through once its status is `read` or `failed`.
 * The promise `failed` rejects if a feed cannot be read.
 */
export function followFeeds(baseUrl: string, apiKeys: readonly string[]) {
  const feeds = apiKeys.map((apiKey) => followFeed(baseUrl, apiKey));
  const through = () => total(feeds.map((feed) => feed.through));
  const look = () => ({
    through: through(),
    lastAt: Math.max(...feeds.map((feed) => feed.lastThroughAt)),
  });
  const reader: Reader = {
    until: untilBy(look),
    get through() {
      return through();
    },
  };
  const failed = Promise.race(feeds.map((feed) => feed.failed));
  failed.catch(() => undefined); // no unhandled rejection if no caller waits for it
  return {
    reader,
    told: () => allOf(feeds.map(({ told }) => told)),
    failed,
    stop: () => feeds.forEach((feed) => feed.stop()),
  };
}

function allOf(each: readonly Told[]): Told {
  const statuses: Record<string, number> = {};
  for (const told of each)
    for (const [status, count] of Object.entries(told.statuses)) add(statuses, status, count);
  const sum = (name: 'events' | 'missed' | 'repeated') => total(each.map((told) => told[name]));
  return { events: sum('events'), missed: sum('missed'), repeated: sum('repeated'), statuses };
}

function followFeed(baseUrl: string, apiKey: string) {
  const statuses: Record<string, number> = {};
  const told = { events: 0, missed: 0, repeated: 0, statuses };
  const through = new Set<unknown>();
  const stopping = new AbortController();
  let sequence = 0;
  let lastThroughAt = Date.now();

  const take = (event: EventView) => {
    told.events += 1;
    if (event.sequence <= sequence) told.repeated += 1;
    else told.missed += event.sequence - sequence - 1;
    sequence = event.sequence;
    if (event.type !== 'message.status') return;
    const { status, messageId } = event.data;
    add(statuses, String(status), 1);
    if (status !== 'read' && status !== 'failed') return;
    through.add(messageId);
    lastThroughAt = Date.now();
  };

  const follow = async () => {
    for (let since = ''; !stopping.signal.aborted;) {
      const query = new URLSearchParams({
        limit: String(PAGE),
        wait: String(WAIT_S),
        ...(since && { since }),
      });
      const answer = await fetch(`${baseUrl}/v1/events?${query}`, {
        headers: { authorization: `Bearer ${apiKey}` },
        signal: stopping.signal,
      });
      if (!answer.ok) throw new Error(`The feed answered ${answer.status}: ${await answer.text()}`);
      const { data, nextCursor } = (await answer.json()) as EventPage;
      data.forEach(take);
      since = nextCursor;
      if (data.length < PAGE) await delay(PAUSE_MS, undefined, { signal: stopping.signal });
    }
  };
  /** Rejects if the feed cannot be read; never settles if the reader is stopped. */
  const failed = new Promise<never>((_, reject) => {
    follow().catch((error: unknown) => {
      if (!stopping.signal.aborted) reject(error);
    });
  });

  return {
    told,
    failed,
    get through() {
      return through.size;
    },
    get lastThroughAt() {
      return lastThroughAt;
    },
    stop: () => stopping.abort(),
  };
}
