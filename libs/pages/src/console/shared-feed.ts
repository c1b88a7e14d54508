import type { WbizEvent } from '@wbiz/sdk/operations';
import { FEED_WAIT, readFeed, type FeedPage, type FeedReading, type FeedState } from './feed-reader.js';

/** Events as they came together, the oldest first. `since`: the cursor before them. */
export type LivePage = { readonly events: readonly WbizEvent[]; readonly since: string };
type SharedFeed = Pick<FeedReading, 'ask' | 'renewKey' | 'onState'> & {
  readonly onEvents: (events: LivePage) => void;
  /** Events are told from here on; what came before is not. At first, and again wherever some may have been missed. */
  readonly onBeginning: () => void;
};
/** Between the tabs: `hello` from one that has just been opened, all else from the one that reads. */
type Told =
  | { readonly kind: 'hello' }
  | { readonly kind: 'here'; readonly cursor: string; readonly state: FeedState }
  | { readonly kind: 'beginning'; readonly cursor: string }
  | { readonly kind: 'page'; readonly page: FeedPage; readonly since: string }
  | { readonly kind: 'state'; readonly state: FeedState };

/** Whoever reads tells the others at least this often, unless the browser has frozen it. */
const SILENT_MS = (FEED_WAIT + 20) * 1_000;
const LOOK_MS = 5_000;

/**
 * An account's feed for this tab. All tabs of the browser share one reader, for a browser opens six connections to a server only: the
 * tab that holds the lock reads and tells the others; when it is closed the next one goes on from the same cursor. Returns what
 * ends it.
 */
export function sharedFeed(name: string, { ask, renewKey, onState, onEvents, onBeginning }: SharedFeed) {
  const ended = new AbortController();
  const channel = new BroadcastChannel(name);
  let cursor: string | undefined;
  let last = 0; // the sequence of the last event told; sequences have no gap
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

  /** Reads once nobody else does, or at once with `steal`; until it ends or another one steals. */
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
    // Without TLS a browser has no locks, but on this machine itself: then each tab reads.
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

/** Waits, but not beyond the moment at which the tab is looked at again or the network is back. */
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
