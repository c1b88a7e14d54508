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
/** `behind`: there is more than a page to be read. `error`: why it reconnects. */
export type FeedState =
  { readonly is: 'connecting' | 'live' | 'behind' } | { readonly is: 'reconnecting'; readonly error: string };

export type FeedReading = {
  readonly ask: (query: FeedQuery, signal: AbortSignal) => Promise<FeedPage>;
  /** The key is no longer good; the next question needs another. */
  readonly renewKey: () => void;
  /** It begins at the end of the feed: at first, and where its cursor was gone. */
  readonly onBeginning: (cursor: string) => void;
  /** `since`: the cursor at which the page begins. */
  readonly onPage: (page: FeedPage, since: string) => void;
  readonly onState: (state: FeedState) => void;
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
};

export const LONGEST_PAGE = 200;
/** Seconds; below the time after which proxies commonly give up. */
export const FEED_WAIT = 25;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** The cursor is older than what is kept, or none of this feed (any more). */
const CURSOR_GONE = new Set([400, 410, 422]);

/** One page of the feed, each event with the data of its type. */
export async function askFeed(api: Wbiz, query: FeedQuery, signal: AbortSignal): Promise<FeedPage> {
  const page: unknown = await api.request('GET', '/v1/events', { query, signal });
  return page as FeedPage;
}

/** Reads an account's feed from the cursor, or from now on, through whatever fails, until `signal` is aborted. */
export async function readFeed(
  from: string | undefined,
  { ask, renewKey, onBeginning, onPage, onState, pause, signal }: FeedReading,
): Promise<void> {
  let cursor = from;
  for (let failures = 0; !signal.aborted;) {
    const wait = failures === 0 ? FEED_WAIT : 0; // The first answer says that it is there again.
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
