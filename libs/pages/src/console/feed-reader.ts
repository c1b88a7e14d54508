import type { EventType, WbizEvent } from '@wbiz/sdk/operations';
import type { Wbiz } from '@wbiz/sdk/wbiz';
import type { WbizError } from '@wbiz/sdk/wbiz-error';

export type FeedPage = { readonly data: readonly WbizEvent[]; readonly nextCursor: string };
export type FeedQuery = {
  readonly since?: string;
  readonly before?: string;
  readonly limit: number;
  readonly wait?: number;
  readonly types?: EventType[];
};
/** `behind`: more than a page of events is waiting. `error`: why the last request failed. */
export type FeedState =
  { readonly is: 'connecting' | 'live' | 'behind' } | { readonly is: 'reconnecting'; readonly error: string };

export type FeedReading = {
  readonly ask: (query: FeedQuery, signal: AbortSignal) => Promise<FeedPage>;
  /** Called when the key was refused: the next request needs a new one. */
  readonly renewKey: () => void;
  /** Called when reading starts at the end of the feed: at first, and after the cursor has expired. */
  readonly onBeginning: (cursor: string) => void;
  /** Called with each page that has events; `since`: the cursor before it. */
  readonly onPage: (page: FeedPage, since: string) => void;
  readonly onState: (state: FeedState) => void;
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
};

export const LONGEST_PAGE = 200;
/** Seconds that a request waits for events; shorter than the common timeout of proxies. */
export const FEED_WAIT = 25;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** Statuses of a cursor that has expired or does not belong to this feed. */
const CURSOR_GONE = new Set([400, 410, 422]);

/** One page of the feed, with typed event data. */
export async function askFeed(api: Wbiz, query: FeedQuery, signal: AbortSignal): Promise<FeedPage> {
  const page: unknown = await api.request('GET', '/v1/events', { query, signal });
  return page as FeedPage;
}

/** Reads an account's feed from the cursor, or from now on; retries every failure until `signal` is aborted. */
export async function readFeed(
  from: string | undefined,
  { ask, renewKey, onBeginning, onPage, onState, pause, signal }: FeedReading,
): Promise<void> {
  let cursor = from;
  for (let failures = 0; !signal.aborted;) {
    const wait = failures === 0 ? FEED_WAIT : 0; // after a failure the first answer shows that the feed is back
    const query = { since: cursor ?? 'now', limit: LONGEST_PAGE, wait };
    const answer = await ask(query, signal).catch((error: unknown) => error as WbizError);
    if (signal.aborted) return;
    if (!(answer instanceof Error)) {
      const since = cursor ?? answer.nextCursor;
      if (cursor === undefined) onBeginning(since);
      cursor = answer.nextCursor;
      failures = 0;
      if (answer.data.length > 0) onPage(answer, since);
      onState({ is: answer.data.length === LONGEST_PAGE ? 'behind' : 'live' });
    } else if (cursor !== undefined && CURSOR_GONE.has(answer.status)) {
      cursor = undefined;
    } else {
      if (answer.status === 401) renewKey();
      onState({ is: 'reconnecting', error: answer.message });
      const backOff = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
      failures += 1;
      await pause(Math.max(answer.retryAfterMs ?? 0, backOff), signal);
    }
  }
}
