import { useQuery } from '@tanstack/preact-query';
import type { EventType, WbizEvent } from '@wbiz/sdk/operations';
import { useEffect, useReducer, useRef, useState } from 'preact/hooks';
import { useAccount } from '../account.js';
import { askFeed, LONGEST_PAGE, type FeedPage } from '../feed-reader.js';
import { useLivePages } from '../live-events.js';
import {
  startedWith,
  withNewer,
  countOf,
  EMPTY,
  withHeld,
  withOlder,
  type Group,
  type Stream,
} from './stream.js';

type Change = (stream: Stream) => Stream;
type Search = {
  readonly types: readonly EventType[] | undefined;
  readonly matches: (event: WbizEvent) => boolean;
  /** While true new events are held back until asked for. */
  readonly isHeld: boolean;
};

const FIRST_PAGE = 100;
/** Most pages that one search for older events reads before it shows what it found. */
const PAGES_OF_A_LOOK = 10;
const WANTED = 50;

/**
 * The account's events of these types: those of the past, page by page, and live ones. Must be mounted anew for other
 * types or `matches`.
 */
export function useStream({ types, matches, isHeld }: Search) {
  const { account, api } = useAccount();
  const [stream, change] = useReducer((stream: Stream, next: Change) => next(stream), EMPTY);
  const [lagMs, setLagMs] = useState<number>();
  const [isOldest, setOldest] = useState(false);
  const [back, setBack] = useState<{ isPending: boolean; error: Error | null }>({
    isPending: false,
    error: null,
  });
  const ended = useRef(new AbortController());
  useEffect(() => () => ended.current.abort(), []);

  const askBack = (before: string, limit: number, signal: AbortSignal) =>
    askFeed(api, { before, limit, ...(types && { types: [...types] }) }, signal);
  const groupOf = ({ data, nextCursor }: FeedPage): Group => ({
    events: data.filter(matches),
    older: nextCursor,
  });
  const first = useQuery({
    queryKey: [account.id, 'feed', types],
    queryFn: ({ signal }) => askBack('now', FIRST_PAGE, signal),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const latest = useRef(groupOf);
  latest.current = groupOf;
  useEffect(() => {
    const page = first.data;
    if (!page) return;
    setOldest(!types && page.data.length < FIRST_PAGE);
    change((stream) => startedWith(stream, latest.current(page)));
  }, [first.data]);

  useLivePages(({ events, since }) => {
    setLagMs(Math.max(0, Date.now() - Date.parse(events.at(-1)!.createdAt)));
    const wanted = events.filter((event) => (!types || types.includes(event.type)) && matches(event));
    if (wanted.length === 0) return;
    change((stream) => withNewer(stream, { events: wanted.toReversed(), older: since }, isHeld));
  });

  const goBack = async () => {
    setBack({ isPending: true, error: null });
    try {
      let older = stream.groups.at(-1)!.older;
      for (let pages = 0, found = 0; pages < PAGES_OF_A_LOOK && found < WANTED; pages += 1) {
        const page = await askBack(older, LONGEST_PAGE, ended.current.signal);
        const group = groupOf(page);
        found += group.events.length;
        change((stream) => withOlder(stream, group));
        if (page.nextCursor === older) {
          setOldest(true);
          break;
        }
        older = page.nextCursor;
      }
      setBack({ isPending: false, error: null });
    } catch (error) {
      if (!ended.current.signal.aborted) setBack({ isPending: false, error: error as Error });
    }
  };

  return {
    events: stream.groups.flatMap(({ events }) => events),
    waiting: countOf(stream.held),
    isDetached: stream.isDetached,
    isLoading: first.isPending,
    error: first.error,
    lagMs,
    isOldest,
    back,
    goBack,
    release: () => change((stream) => withHeld(stream)),
  };
}
