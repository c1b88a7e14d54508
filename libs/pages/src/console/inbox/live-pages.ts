import type { Page } from './conversation-pages.js';

/** Options of an infinite query whose pages events keep up to date: nothing else has them fetched again. */
export const LIVE_PAGES = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: ({ nextCursor }: Page<unknown>) => nextCursor ?? undefined,
  staleTime: Infinity,
  structuralSharing: false as const, // it would compare everything loaded with each new page
  gcTime: 0, // events are not heard while unmounted, so cached pages would be stale
  refetchOnWindowFocus: false as const,
  refetchOnReconnect: false as const,
};
