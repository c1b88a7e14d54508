import { TOLD_KINDS } from '@wbiz/contracts/message-words';
import { useLocation } from 'preact-iso';
import { MessagesSquare } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { useAccount } from '../account.js';
import { useLiveEvents } from '../live-events.js';
import { ConversationList } from './conversation-list.js';
import type { Conversation } from './conversation-pages.js';
import { ConversationPane } from './conversation-pane.js';
import './inbox.css';
import { useConversations } from './use-conversations.js';

const SELECTED = /\/inbox\/([^/]+)/;

/** An account's conversations, and the one that the address names; a phone shows one or the other. */
export function Inbox() {
  const { account } = useAccount();
  const { path, query } = useLocation();
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
      if ('receivedAt' in data && !TOLD_KINDS.includes(data.kind))
        setNews(`${data.name ?? data.from ?? 'Somebody'}: ${data.body ?? data.kind}`);
    },
    ['message.received'],
  );

  return (
    <div class={`inbox ${selected ? 'reading' : ''}`}>
      <div class="unseen" role="status">
        {news}
      </div>
      {selected && <h1 class="unseen narrow-only">Inbox</h1>}
      <ConversationList
        {...conversations}
        filter={{ status, search }}
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
