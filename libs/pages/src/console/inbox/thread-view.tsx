import { ArrowDown } from 'lucide-preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import type { Entry } from './thread.js';
import type { useThread } from './use-thread.js';

const day = new Intl.DateTimeFormat(undefined, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});
const dayOf = (at: string) => day.format(new Date(at));

type ThreadProps = {
  readonly thread: ReturnType<typeof useThread>['thread'];
  readonly entries: readonly Entry[];
  readonly isEmpty: boolean;
  readonly sendingCount: number;
  readonly row: (entry: Entry) => preact.ComponentChild;
  readonly children: preact.ComponentChildren;
};

const NEAR_PX = 80;
/** Loads older messages when fewer pixels than this are left above. */
const AHEAD_PX = 600;

/**
 * Laid out from the bottom (column-reverse): the browser keeps the distance to the end, so older messages load without
 * a jump, and a reader at the end stays at the end.
 */
export function ThreadView({ thread, entries, isEmpty, sendingCount, row, children }: ThreadProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [seenUpTo, setSeen] = useState<string>();
  const [isAtEnd, setAtEnd] = useState(true);
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isFetchNextPageError } = thread;
  const last = entries.at(-1)?.message.id;

  const look = () => {
    const { scrollTop, scrollHeight, clientHeight } = scroller.current!;
    setAtEnd(scrollTop > -NEAR_PX);
    const above = scrollHeight - clientHeight + scrollTop;
    if (above < AHEAD_PX && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  };
  useLayoutEffect(look, [entries, hasNextPage, isFetchingNextPage]);
  useEffect(() => {
    if (isAtEnd) setSeen(last);
  }, [isAtEnd, last]);
  useLayoutEffect(() => {
    if (sendingCount > 0) scroller.current!.scrollTop = 0;
  }, [sendingCount]);
  const unseen = isAtEnd
    ? 0
    : entries.length - 1 - entries.findIndex(({ message }) => message.id === seenUpTo);
  return (
    <div class="thread">
      <div ref={scroller} class="scrolled" tabIndex={0} role="region" aria-label="Messages" onScroll={look}>
        <div class="content">
          {thread.isPending && <Loading label="Loading messages" />}
          {isFetchingNextPage && <Loading label="Loading older messages" />}
          <Fault error={thread.error}>
            <button
              type="button"
              onClick={() => void (isFetchNextPageError ? fetchNextPage() : thread.refetch())}
            >
              Load again
            </button>
          </Fault>
          {thread.isSuccess && isEmpty && <p class="system-line">No messages yet.</p>}
          <ol>
            {entries.map((entry, index) => {
              const { id, createdAt } = entry.message;
              const before = entries[index - 1]?.message.createdAt;
              const isNewDay = before ? dayOf(before) !== dayOf(createdAt) : !hasNextPage;
              return (
                <li key={id}>
                  {isNewDay && (
                    <p class="day">
                      <span>{dayOf(createdAt)}</span>
                    </p>
                  )}
                  {row(entry)}
                </li>
              );
            })}
            {children}
          </ol>
        </div>
      </div>
      {!isAtEnd && (
        <button
          type="button"
          class="to-end"
          onClick={() => scroller.current!.scrollTo({ top: 0 })}
          aria-label={unseen > 0 ? `${unseen} new, go to the newest` : 'Go to the newest'}
        >
          <ArrowDown size={16} aria-hidden="true" />
          {unseen > 0 && `${unseen} new`}
        </button>
      )}
    </div>
  );
}
