import { useQueryClient } from '@tanstack/preact-query';
import type { EventType, WbizEvent } from '@wbiz/sdk/operations';
import type { Wbiz } from '@wbiz/sdk/wbiz';
import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import { consoleKey } from './console-key.js';
import { askFeed, type FeedState } from './feed-reader.js';
import './live-events.css';
import { sharedFeed, type LivePage } from './shared-feed.js';

export type LiveEvent = WbizEvent;
type Listener = (page: LivePage) => void;
const Listeners = createContext<Set<Listener> | null>(null);
const State = createContext<FeedState>({ is: 'connecting' });

/**
 * Children mount once the cursor of the feed is known, so that they miss no event after their first read; but no later
 * than this.
 */
const PATIENCE_MS = 500;

/**
 * Reads the account's feed, from now on, for all listeners below it; goes on through changes of key, gateway and tab.
 * If events were missed, every query of the account is refetched.
 */
export function LiveEvents({
  account,
  api,
  children,
}: {
  account: string;
  api: Wbiz;
  children: ComponentChildren;
}) {
  const queries = useQueryClient();
  const [listeners] = useState(() => new Set<Listener>());
  const [state, setState] = useState<FeedState>({ is: 'connecting' });
  const [isShown, setShown] = useState(false);
  const latest = useRef(api);
  latest.current = api;
  useEffect(() => {
    let wasShown = false;
    const show = () => {
      wasShown = true;
      setShown(true);
    };
    const late = setTimeout(show, PATIENCE_MS);
    const end = sharedFeed(`wbiz-feed:${account}`, {
      ask: (query, signal) => askFeed(latest.current, query, signal),
      renewKey: () => void queries.invalidateQueries({ queryKey: consoleKey(account) }),
      onBeginning: () => {
        if (wasShown) void queries.invalidateQueries({ queryKey: [account] });
        show();
      },
      onEvents: (page) => {
        for (const listener of listeners) queueMicrotask(() => listener(page)); // a throwing listener must not stop the others
      },
      onState: setState,
    });
    return () => {
      clearTimeout(late);
      end();
    };
  }, [account, listeners, queries]);
  return (
    <Listeners.Provider value={listeners}>
      <State.Provider value={state}>
        {isShown && children}
        <div class="live-state" role="status">
          {state.is === 'reconnecting' && <span title={state.error}>Reconnecting…</span>}
        </div>
      </State.Provider>
    </Listeners.Provider>
  );
}

/** Calls `listener` with live events, in pages as they arrive. */
export function useLivePages(listener: (page: LivePage) => void): void {
  const listeners = useContext(Listeners)!;
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const told: Listener = (page) => latest.current(page);
    listeners.add(told);
    return () => void listeners.delete(told);
  }, [listeners]);
}

/** Calls `listener` with each live event, of `types` if given. */
export function useLiveEvents(listener: (event: LiveEvent) => void, types?: readonly EventType[]): void {
  useLivePages(({ events }) => {
    for (const event of events) if (!types || types.includes(event.type)) listener(event);
  });
}

/** State of the live feed. */
export const useFeedState = (): FeedState => useContext(State);
