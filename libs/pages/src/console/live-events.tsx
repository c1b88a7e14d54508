import { useQueryClient } from '@tanstack/preact-query';
import type { EventType, WbizEvent } from '@wbiz/sdk/operations';
import type { Wbiz } from '@wbiz/sdk/wbiz';
import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import { askFeed, type FeedState } from './feed-reader.js';
import './live-events.css';
import { sharedFeed, type LivePage } from './shared-feed.js';

export type LiveEvent = WbizEvent;
type Listener = (page: LivePage) => void;
const Listeners = createContext<Set<Listener> | null>(null);
const State = createContext<FeedState>({ is: 'connecting' });

/** What is beneath waits so long for the feed's place, so that nothing falls between what it reads first and the first event. */
const PATIENCE_MS = 500;

/**
 * Reads the account's feed for all that listen beneath it, from now on, whatever happens to the key, the gateway or the tab. Where
 * events were missed all the same, everything that was read of the account is read anew.
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
      renewKey: () => void queries.invalidateQueries({ queryKey: ['console-key', account] }),
      onBeginning: () => {
        if (wasShown) void queries.invalidateQueries({ queryKey: [account] });
        show();
      },
      onEvents: (page) => {
        for (const listener of listeners) queueMicrotask(() => listener(page)); // One that throws stops no other.
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

/** Calls `listener` with the account's events as they happen, those that came together at once. */
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

/** Calls `listener` for each event of the account, of `types` where they are given, as it happens. */
export function useLiveEvents(listener: (event: LiveEvent) => void, types?: readonly EventType[]): void {
  useLivePages(({ events }) => {
    for (const event of events) if (!types || types.includes(event.type)) listener(event);
  });
}

/** Whether events come as they happen, and why not. */
export const useFeedState = (): FeedState => useContext(State);
