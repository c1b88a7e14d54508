import type { WbizEvent } from '@wbiz/sdk/operations';
import { FEED_WAIT, readFeed, type FeedPage, type FeedReading, type FeedState } from './feed-reader.js';

/** Events that arrived together, oldest first. `since`: the cursor before them. */
export type LivePage = { readonly events: readonly WbizEvent[]; readonly since: string };
type SharedFeed = Pick<FeedReading, 'ask' | 'renewKey' | 'onState'> & {
  readonly onEvents: (events: LivePage) => void;
  /** Called when events follow from here on while earlier ones may be missing: at the start, and after a gap. */
  readonly onBeginning: () => void;
};
/** The messages between tabs: a new tab posts `hello`, the reading tab all others. */
type Told =
  | { readonly kind: 'hello' }
  | { readonly kind: 'here'; readonly cursor: string; readonly state: FeedState }
  | { readonly kind: 'beginning'; readonly cursor: string }
  | { readonly kind: 'page'; readonly page: FeedPage; readonly since: string }
  | { readonly kind: 'state'; readonly state: FeedState };

/** After this silence other tabs take over: the reading tab posts more often, unless the browser has frozen it. */
const SILENT_MS = (FEED_WAIT + 20) * 1_000;
const LOOK_MS = 5_000;

/**
 * Follows an account's feed in this tab. All tabs share one reader, since a browser opens only six connections per
 * server: the tab that holds the lock reads, and posts to the others; when it closes, the next one goes on from its
 * cursor. Returns a function that ends it.
 */
export function sharedFeed(name: string, { ask, renewKey, onState, onEvents, onBeginning }: SharedFeed) {
  const ended = new AbortController();
  const channel = new BroadcastChannel(name);
  let cursor: string | undefined;
  let last = 0; // sequence of the last event passed on; sequences have no gap
  let state: FeedState = { is: 'connecting' };
  let isReader = false;
  let heardAt = Date.now();

  const begin = (at: string) => {
    cursor = at;
    last = 0;
    onBeginning();
  };
  const take = ({ data, nextCursor }: FeedPage, since: string) => {
    const fresh = data.filter(({ sequence }) => sequence > last);
    const missed = last > 0 && fresh.length > 0 && fresh[0]!.sequence > last + 1;
    cursor = nextCursor;
    last = fresh.at(-1)?.sequence ?? last;
    if (missed) onBeginning();
    if (fresh.length > 0) onEvents({ events: fresh, since });
  };
  const become = (next: FeedState) => {
    state = next;
    onState(next);
  };
  const tell = (told: Told) => channel.postMessage(told);
  const hear: { [Kind in Told['kind']]: (told: Extract<Told, { kind: Kind }>) => void } = {
    hello: () => undefined,
    here: (told) => {
      if (cursor === undefined) begin(told.cursor);
      become(told.state);
    },
    beginning: (told) => begin(told.cursor),
    page: (told) => take(told.page, told.since),
    state: (told) => become(told.state),
  };

  channel.onmessage = ({ data: told }: MessageEvent<Told>) => {
    if (told.kind !== 'hello') heardAt = Date.now();
    if (!isReader) hear[told.kind](told as never);
    else if (told.kind === 'hello' && cursor !== undefined) tell({ kind: 'here', cursor, state });
  };

  const read = async (signal: AbortSignal) => {
    isReader = true;
    try {
      await readFeed(cursor, {
        ask,
        renewKey,
        pause,
        signal,
        onBeginning: (at) => {
          begin(at);
          tell({ kind: 'beginning', cursor: at });
        },
        onPage: (page, since) => {
          take(page, since);
          tell({ kind: 'page', page, since });
        },
        onState: (next) => {
          become(next);
          tell({ kind: 'state', state: next });
        },
      });
    } finally {
      isReader = false;
      heardAt = Date.now();
    }
  };

  /**
   * Waits for the lock (with `steal` takes it at once), then reads until ended, or until another tab steals the lock.
   */
  const takeTurn = async (steal: boolean) => {
    const over = new AbortController();
    const silence = setInterval(() => {
      if (!isReader && document.visibilityState === 'visible' && Date.now() - heardAt > SILENT_MS)
        over.abort();
    }, LOOK_MS);
    const signal = AbortSignal.any([ended.signal, over.signal]);
    try {
      await navigator.locks.request(name, steal ? { steal } : { signal }, () => read(signal));
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
    } finally {
      clearInterval(silence);
      over.abort();
    }
  };
  const run = async () => {
    // Web Locks need TLS or localhost; without them every tab reads for itself.
    if (!isSecureContext) return read(ended.signal);
    while (!ended.signal.aborted) await takeTurn(Date.now() - heardAt > SILENT_MS);
  };

  tell({ kind: 'hello' });
  void run();
  return () => {
    ended.abort();
    channel.close();
  };
}

/** Waits for `ms`, but no longer than until the tab becomes visible or the network is back. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const woken = new AbortController();
    const wake = () => {
      clearTimeout(timer);
      woken.abort();
      resolve();
    };
    const timer = setTimeout(wake, ms);
    const once = { signal: woken.signal };
    signal.addEventListener('abort', wake, once);
    addEventListener('online', wake, once);
    document.addEventListener('visibilitychange', () => !document.hidden && wake(), once);
    if (signal.aborted) wake();
  });
}
