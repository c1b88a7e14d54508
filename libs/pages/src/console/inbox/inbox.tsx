import { useLocation } from 'preact-iso';
import { MessagesSquare } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { useAccount } from '../account.js';
import { useLiveEvents } from '../live-events.js';
import { ConversationList } from './conversation-list.js';
import type { Conversation } from './conversation-pages.js';
import { ConversationPane } from './conversation.js';
import './inbox.css';
import { UNWRITTEN } from './thread.js';
import { useConversations } from './use-conversations.js';

const SELECTED = /\/inbox\/([^/]+)/;

/** An account's conversations, and the one that the address names; a phone shows one or the other. */
export function Inbox() {
  const { account } = useAccount();
  const { path, query, route } = useLocation();
  const base = `/console/accounts/${account.id}/inbox`;
  const [, selected] = SELECTED.exec(path) ?? [];
  const status = (['open', 'closed'] as const).find((one) => one === query['status']);
  const search = query['search']?.trim() || undefined;
  const filters = new URLSearchParams({ ...(status && { status }), ...(search && { search }) }).toString();
  const behind = filters && `?${filters}`;
  const conversations = useConversations({ status, search });
  const [news, setNews] = useState('');
  useLiveEvents(
    ({ data }) => {
      if ('receivedAt' in data && !UNWRITTEN.includes(data.kind))
        setNews(`${data.name ?? data.from ?? 'Somebody'}: ${data.body ?? data.kind}`);
    },
    ['message.received'],
  );

  const filterBy = (change: { status?: string | undefined; search?: string | undefined }) => {
    const given = Object.entries({ status, search, ...change }).filter(([, value]) => value);
    const asked = new URLSearchParams(given as [string, string][]).toString();
    route(`${base}${selected ? `/${selected}` : ''}${asked && `?${asked}`}`, true);
  };
  return (
    <div class={`inbox ${selected ? 'reading' : ''}`}>
      <div class="unseen" role="status">
        {news}
      </div>
      {selected && <h1 class="unseen narrow-only">Inbox</h1>}
      <ConversationList
        {...conversations}
        filter={{ status, search }}
        onFilter={filterBy}
        selected={selected}
        hrefOf={({ id }: Conversation) => `${base}/${id}${behind}`}
      />
      {selected ? (
        <ConversationPane key={selected} id={selected} back={`${base}${behind}`} {...conversations} />
      ) : (
        <div class="empty none-chosen">
          <MessagesSquare size={28} aria-hidden="true" />
          <p>Choose a conversation to read and answer it.</p>
        </div>
      )}
    </div>
  );
}
