import { useInfiniteQuery, useQueryClient, type InfiniteData } from '@tanstack/preact-query';
import { useMemo, useRef } from 'preact/hooks';
import { useAction } from '../../parts/use-action.js';
import { useDelay } from '../../parts/use-delay.js';
import { useAccount } from '../account.js';
import { useLiveEvents } from '../live-events.js';
import { placed, type Conversation, type Page } from './conversation-pages.js';
import { LIVE_PAGES } from './live-pages.js';

export type Filter = {
  readonly status: Conversation['status'] | undefined;
  readonly search: string | undefined;
};
type Pages = InfiniteData<Page<Conversation>, string | undefined>;

const PAGE = 200;
/** Milliseconds after the first event during which further rows are gathered, to be fetched together. */
const GATHERED_MS = 250;
/** With more rows to fetch than this, the newest page is fetched instead. */
const MOST_ROWS = 10;

/** The conversations of the inbox, kept up to date by events; call `move` to have a conversation read again. */
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
    ...LIVE_PAGES,
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
      // A group's conversation has events but is not in the inbox: 404.
      const rows = await Promise.all(
        ids.map((id) => api.request('GET', '/v1/conversations/{id}', { path: { id } }).catch(noneIfMissing)),
      );
      place(rows.filter((row) => row !== undefined));
    },
  });

  const moved = useRef(new Set<string>()).current;
  const later = useDelay(GATHERED_MS);
  const move = (id: string) => {
    moved.add(id);
    later(() => {
      const ids = [...moved];
      moved.clear();
      refresh.mutate(ids);
    });
  };
  useLiveEvents(
    (event) => {
      if (event.type === 'contact.updated') {
        const { contactId } = event.data;
        const rows = queries.getQueryData<Pages>(key)?.pages.flatMap(({ data }) => data) ?? [];
        for (const { id, contact } of rows) if (contact.id === contactId) move(id);
      } else if ('conversationId' in event.data) {
        // Of the statuses only `accepted` is a new message, which moves the row.
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
