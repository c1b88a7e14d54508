import { useInfiniteQuery, useQueryClient, type InfiniteData } from '@tanstack/preact-query';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { useAccount } from '../account.js';
import { useLiveEvents } from '../live-events.js';
import { placed, type Conversation, type Page } from './conversation-pages.js';
import { useAction } from '../../parts/use-action.js';

export type Filter = {
  readonly status: Conversation['status'] | undefined;
  readonly search: string | undefined;
};
type Pages = InfiniteData<Page<Conversation>, string | undefined>;

const PAGE = 200;
/** Rows are read again so long after the first event that moved one. */
const GATHERED_MS = 250;
/** Beyond it the newest page is read instead of each row. */
const MOST_ROWS = 10;

/** The rows of the inbox, kept up by events; `move` brings one up to date that was changed here. */
export function useConversations({ status, search }: Filter) {
  const { account, api } = useAccount();
  const queries = useQueryClient();
  const key = [account.id, 'conversations', { status, search }];
  const list = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      api.request('GET', '/v1/conversations', {
        query: { limit: PAGE, cursor: pageParam, status, search },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    staleTime: Infinity,
    structuralSharing: false, // It compares all that was read with each page.
    gcTime: 0, // What happens while nobody looks is not heard.
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });

  const place = (rows: readonly Conversation[]) => {
    for (const row of rows) queries.setQueryData([account.id, 'conversation', row.id], row);
    queries.setQueryData<Pages>(key, (known) => {
      if (!known) return known;
      const fits = (row: Conversation, isThere: boolean) =>
        (status === undefined || row.status === status) && (search === undefined || isThere);
      return { ...known, pages: rows.reduce((pages, row) => placed(pages, row, fits), known.pages) };
    });
  };
  const refresh = useAction({
    mutationFn: async (ids: readonly string[]) => {
      if (ids.length > MOST_ROWS) {
        const { data } = await api.request('GET', '/v1/conversations', { query: { limit: PAGE } });
        return place(data);
      }
      // A group's conversation is told of and is none of the inbox.
      const rows = await Promise.all(
        ids.map((id) => api.request('GET', '/v1/conversations/{id}', { path: { id } }).catch(noneIfMissing)),
      );
      place(rows.filter((row) => row !== undefined));
    },
  });

  const moved = useRef(new Set<string>()).current;
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const move = (id: string) => {
    moved.add(id);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      const ids = [...moved];
      moved.clear();
      refresh.mutate(ids);
    }, GATHERED_MS);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  useLiveEvents(
    (event) => {
      if (event.type === 'contact.updated') {
        const { contactId } = event.data;
        const rows = queries.getQueryData<Pages>(key)?.pages.flatMap(({ data }) => data) ?? [];
        for (const { id, contact } of rows) if (contact.id === contactId) move(id);
      } else if ('conversationId' in event.data) {
        // Later statuses move no row.
        if (event.type !== 'message.status' || event.data.status === 'accepted')
          move(event.data.conversationId);
      }
    },
    [
      'message.received',
      'message.echoed',
      'message.status',
      'conversation.opened',
      'conversation.closed',
      'contact.updated',
    ],
  );
  const rows = useMemo(() => list.data?.pages.flatMap(({ data }) => data) ?? [], [list.data]);
  return { list, rows, move, place, refresh };
}

function noneIfMissing(error: unknown): undefined {
  if (error instanceof Error && 'status' in error && error.status === 404) return undefined;
  throw error;
}
