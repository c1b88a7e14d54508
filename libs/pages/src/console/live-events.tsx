import type { EventType, WbizEvent } from '@wbiz/sdk/operations';
import type { Wbiz } from '@wbiz/sdk/wbiz';
import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useRef } from 'preact/hooks';

export type LiveEvent = WbizEvent & { readonly cursor: string };
type Listener = (event: LiveEvent) => void;
const Context = createContext<Set<Listener> | null>(null);

/** Reads the account's feed for all that listen beneath it, from now on, and goes on where it was when the key is renewed. */
export function LiveEvents({
  account,
  api,
  children,
}: {
  account: string;
  api: Wbiz;
  children: ComponentChildren;
}) {
  const listeners = useRef(new Set<Listener>()).current;
  const cursor = useRef<{ account: string; at: string | undefined }>({ account, at: undefined });
  useEffect(() => {
    const ended = new AbortController();
    if (cursor.current.account !== account) cursor.current = { account, at: undefined };
    const read = async () => {
      for await (const event of api.events({ since: cursor.current.at, signal: ended.signal })) {
        cursor.current.at = event.cursor;
        for (const listener of listeners) listener(event);
      }
    };
    read().catch((error: unknown) => {
      if (!ended.signal.aborted) throw error;
    });
    return () => ended.abort();
  }, [account, api, listeners]);
  return <Context.Provider value={listeners}>{children}</Context.Provider>;
}

/** Calls `listener` for each event of the account, of `types` where they are given, as it happens. */
export function useLiveEvents(listener: Listener, types?: readonly EventType[]): void {
  const listeners = useContext(Context)!;
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const told: Listener = (event) => {
      if (!types || types.includes(event.type)) latest.current(event);
    };
    listeners.add(told);
    return () => void listeners.delete(told);
  }, [listeners]);
}
