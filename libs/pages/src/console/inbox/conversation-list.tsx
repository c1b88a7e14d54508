import { LockKeyhole, Search } from 'lucide-preact';
import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { useAddressQuery } from '../../parts/address-query.js';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import { useNow } from '../../parts/use-now.js';
import { SearchBox } from '../../parts/search-box.js';
import { VirtualList } from '../../parts/virtual-list.js';
import { When } from '../../parts/when.js';
import type { Conversation } from './conversation-pages.js';
import { serviceWindow } from './service-window.js';
import type { Filter, useConversations } from './use-conversations.js';

const ROW_HEIGHT = 72;

/** The display name of the person in a conversation. */
export const nameOf = ({ contact }: Pick<Conversation, 'contact'>) =>
  contact.name ?? contact.phone ?? contact.userId ?? 'Unknown';

type ListProps = Pick<ReturnType<typeof useConversations>, 'list' | 'rows' | 'refresh'> & {
  readonly filter: Filter;
  readonly selected: string | undefined;
  readonly hrefOf: (conversation: Conversation) => string;
};

export function ConversationList({ list, rows, refresh, filter, selected, hrefOf }: ListProps) {
  const { change } = useAddressQuery();
  const now = useNow(30_000);
  const drawn = useRef(new WeakMap<Conversation, Drawn>()).current;
  /** Returns the same element for an unchanged row: Preact then skips the row while the list scrolls. */
  const row = (conversation: Conversation) => {
    const props = { conversation, isSelected: conversation.id === selected, href: hrefOf(conversation), now };
    const known = drawn.get(conversation);
    if (known?.isSelected === props.isSelected && known.href === props.href && known.now === now)
      return known.element;
    const element = <Row {...props} />;
    drawn.set(conversation, { ...props, element });
    return element;
  };
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isFetchNextPageError } = list;
  return (
    <section class="conversations" aria-label="Conversations">
      <header class="stack">
        <h1>Inbox</h1>
        <div class="search">
          <Search size={16} aria-hidden="true" />
          <SearchBox label="Search by name or number" placeholder="Name or number" />
        </div>
        <fieldset class="choice">
          <legend class="unseen">Show</legend>
          {([undefined, 'open', 'closed'] as const).map((status) => (
            <label key={status ?? 'all'}>
              <input
                type="radio"
                name="status"
                checked={filter.status === status}
                onChange={() => change({ status: status ?? '' }, true)}
              />
              {status === undefined ? 'All' : status === 'open' ? 'Open' : 'Closed'}
            </label>
          ))}
        </fieldset>
      </header>
      {list.isPending && <Loading label="Loading conversations" />}
      <Fault error={list.error ?? refresh.error}>
        <button type="button" onClick={() => void (refresh.reset(), list.refetch())}>
          Load again
        </button>
      </Fault>
      {list.isSuccess && rows.length === 0 && <Nothing filter={filter} />}
      {rows.length > 0 && (
        <div class="scrolled" onKeyDown={walk}>
          <VirtualList
            label="Conversations"
            count={rows.length}
            rowHeight={ROW_HEIGHT}
            keyOf={(index) => rows[index]!.id}
            row={(index) => row(rows[index]!)}
            onEnd={() => {
              if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
            }}
          />
        </div>
      )}
    </section>
  );
}

function Nothing({ filter }: { filter: Filter }) {
  if (filter.search ?? filter.status)
    return (
      <div class="empty">
        <p>No conversation {filter.search ? `with “${filter.search}”` : `is ${filter.status}`}.</p>
      </div>
    );
  return (
    <div class="empty">
      <p>Nobody has written yet.</p>
      <p>Conversations show up here as soon as a person writes to your number, or you send a message.</p>
    </div>
  );
}

type RowProps = {
  readonly conversation: Conversation;
  readonly isSelected: boolean;
  readonly href: string;
  readonly now: number;
};
type Drawn = RowProps & { readonly element: VNode };
function Row({ conversation, isSelected, href, now }: RowProps) {
  const { lastMessageAt, lastMessagePreview, unreadCount, windowExpiresAt, status } = conversation;
  const { state, text, short } = serviceWindow(windowExpiresAt, now);
  return (
    <a class="conversation-row" href={href} aria-current={isSelected ? 'true' : undefined}>
      <span class={`name ${unreadCount > 0 ? 'unread' : ''}`}>{nameOf(conversation)}</span>
      <span class="soft at">
        <When at={lastMessageAt} />
      </span>
      <span class="preview">{lastMessagePreview ?? ''}</span>
      <span class="marks">
        {status === 'closed' && <span class="badge">Closed</span>}
        <span class={`window ${state}`} title={`Service window ${text}`}>
          {state === 'closed' && <LockKeyhole size={14} aria-hidden="true" />}
          <span class="unseen">Service window: </span> {short}
        </span>
        {unreadCount > 0 && (
          <span class="count">
            {unreadCount > 99 ? '99+' : unreadCount}
            <span class="unseen"> unread</span>
          </span>
        )}
      </span>
    </a>
  );
}

/** Arrow keys move through the rows. */
function walk(event: KeyboardEvent) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = (event.target as Element).closest('[role=listitem]');
  if (!step || !row) return;
  const place = Number(row.getAttribute('aria-posinset')) + step;
  const next = row.parentElement!.querySelector<HTMLElement>(`[aria-posinset="${place}"] a`);
  if (!next) return;
  event.preventDefault();
  next.focus();
}
