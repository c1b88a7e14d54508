import { useInfiniteQuery, useQueryClient, type InfiniteData } from '@tanstack/preact-query';
import { useEffect, useMemo } from 'preact/hooks';
import { useAction } from '../../parts/use-action.js';
import { useDelay } from '../../parts/use-delay.js';
import { useAccount } from '../account.js';
import { useLiveEvents } from '../live-events.js';
import type { Page } from './conversation-pages.js';
import { LIVE_PAGES } from './live-pages.js';
import { mergedNewest, threadOf, withStatus, type Message } from './thread.js';

type Pages = InfiniteData<Page<Message>, string | undefined>;

const PAGE = 50;
const GATHERED_MS = 100;
/** How often messages without Meta's answer are read again: no event reports `outcome_unknown`. */
const ASKED_AGAIN_MS = 10_000;

/** A conversation's messages, kept up to date by events. */
export function useThread(id: string) {
  const { account, api } = useAccount();
  const queries = useQueryClient();
  const key = [account.id, 'messages', id];
  const read = (cursor?: string, signal?: AbortSignal) =>
    api.request('GET', '/v1/conversations/{id}/messages', {
      path: { id },
      query: { limit: PAGE, cursor },
      signal,
    });
  const thread = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    ...LIVE_PAGES,
  });
  const newest = useAction({
    mutationFn: async () => {
      const fresh = await read();
      queries.setQueryData<Pages>(key, (known) => {
        if (!known) return known;
        const { pages, isAnew } = mergedNewest(known.pages, fresh);
        return { pages, pageParams: isAnew ? [undefined] : known.pageParams };
      });
    },
  });

  const later = useDelay(GATHERED_MS);
  useLiveEvents(
    (event) => {
      if (!('conversationId' in event.data) || event.data.conversationId !== id) return;
      if (event.type === 'message.status') {
        const { data } = event;
        const known = queries.getQueryData<Pages>(key);
        const pages = known && withStatus(known.pages, data);
        if (pages) return void queries.setQueryData<Pages>(key, { ...known, pages });
      }
      later(() => newest.mutate());
    },
    ['message.received', 'message.echoed', 'message.status'],
  );

  const messages = useMemo(() => thread.data?.pages.flatMap(({ data }) => data) ?? [], [thread.data]);
  const entries = useMemo(() => threadOf(messages), [messages]);
  const isOpenEnded = messages.some(
    ({ direction, status }) => direction === 'out' && (status === 'accepted' || status === 'outcome_unknown'),
  );
  useEffect(() => {
    const again = isOpenEnded ? setInterval(() => newest.mutate(), ASKED_AGAIN_MS) : undefined;
    return () => clearInterval(again);
  }, [isOpenEnded, id]);
  return { thread, messages, entries, newest };
}
