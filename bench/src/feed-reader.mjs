import { setTimeout as delay } from 'node:timers/promises';

const PAGE = 200;
const PAUSE_MS = 50;
const WAIT_S = 20;
const NO_PROGRESS_MS = 20_000;

/** Follows several accounts' feeds as one {@link followFeed}. */
export function followFeeds({ baseUrl, apiKeys }) {
  const feeds = apiKeys.map((apiKey) => followFeed({ baseUrl, apiKey }));
  const sum = (of) => feeds.reduce((total, feed) => total + of(feed), 0);
  const through = () => sum((feed) => feed.through);
  const statusesOf = (status) => sum(({ told }) => told.statuses[status] ?? 0);
  return {
    get told() {
      const names = new Set(feeds.flatMap(({ told }) => Object.keys(told.statuses)));
      const statuses = Object.fromEntries([...names].map((name) => [name, statusesOf(name)]));
      const [events, missed, repeated] = ['events', 'missed', 'repeated'].map((name) =>
        sum(({ told }) => told[name]),
      );
      return { events, missed, repeated, statuses };
    },
    failed: Promise.race(feeds.map(({ failed }) => failed)),
    /** As `until` of one feed, with `count` over all feeds. */
    async until(count) {
      const lastAt = () => Math.max(...feeds.map((feed) => feed.lastThroughAt));
      const from = Date.now();
      while (through() < count && Date.now() - Math.max(from, lastAt()) < NO_PROGRESS_MS)
        await delay(PAUSE_MS);
      return lastAt();
    },
    get through() {
      return through();
    },
    stop: () => feeds.forEach((feed) => feed.stop()),
  };
}

/**
 * Follows the events feed as a client does. Counts message statuses, and events `missed` or `repeated` by the sequence. A
 * message is through once it is read or failed.
 */
export function followFeed({ baseUrl, apiKey }) {
  const told = { events: 0, missed: 0, repeated: 0, statuses: {} };
  const through = new Set();
  const stopping = new AbortController();
  let sequence = 0;
  let lastThroughAt = Date.now();

  const take = (event) => {
    told.events += 1;
    if (event.sequence <= sequence) told.repeated += 1;
    else told.missed += event.sequence - sequence - 1;
    sequence = event.sequence;
    if (event.type !== 'message.status') return;
    const { status, messageId } = event.data;
    told.statuses[status] = (told.statuses[status] ?? 0) + 1;
    if (status !== 'read' && status !== 'failed') return;
    through.add(messageId);
    lastThroughAt = Date.now();
  };

  const follow = async () => {
    for (let since; !stopping.signal.aborted;) {
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
      const { data, nextCursor } = await answer.json();
      data.forEach(take);
      since = nextCursor;
      if (data.length < PAGE) await delay(PAUSE_MS, undefined, { signal: stopping.signal });
    }
  };
  const failed = follow().catch((error) => {
    if (!stopping.signal.aborted) throw error;
  });
  failed.catch(() => undefined); // `until` rejects with it

  return {
    told,
    failed,
    /** Resolves with the time of the last message through (ms since the epoch), once `count` are through or 20 s pass without one. */
    async until(count) {
      const from = Date.now();
      while (through.size < count && Date.now() - Math.max(from, lastThroughAt) < NO_PROGRESS_MS)
        await Promise.race([failed, delay(PAUSE_MS)]);
      return lastThroughAt;
    },
    get through() {
      return through.size;
    },
    get lastThroughAt() {
      return lastThroughAt;
    },
    stop: () => stopping.abort(),
  };
}
