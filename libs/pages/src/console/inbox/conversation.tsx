import { useQuery } from '@tanstack/preact-query';
import { Archive, ArchiveRestore, ArrowDown, ArrowLeft, BookUser, Clock, UserRound } from 'lucide-preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Schemas } from '@wbiz/sdk/operations';
import { announce } from '../../parts/announce.js';
import { Fault } from '../../parts/fault.js';
import { Field } from '../../parts/field.js';
import { Modal } from '../../parts/modal.js';
import { useNow } from '../../parts/now.js';
import { useAction } from '../../parts/use-action.js';
import { useVisible } from '../../parts/visible.js';
import { useAccount } from '../account.js';
import { Composer, useDraft } from './composer.js';
import { nameOf } from './conversation-list.js';
import type { Conversation } from './conversation-pages.js';
import { Bubble, SendingBubble } from './message.js';
import { serviceWindow } from './service-window.js';
import { UNWRITTEN, type Entry, type Message } from './thread.js';
import type { useConversations } from './use-conversations.js';
import { useOutbox, type Outgoing, type Shown } from './use-outbox.js';
import { useThread } from './use-thread.js';

type PaneProps = Pick<ReturnType<typeof useConversations>, 'move' | 'place'> & {
  readonly id: string;
  readonly back: string;
};

/** Shows the conversation with this id, which may come from the address alone. */
export function ConversationPane({ id, ...props }: PaneProps) {
  const { account, api } = useAccount();
  const conversation = useQuery({
    queryKey: [account.id, 'conversation', id],
    queryFn: ({ signal }) => api.request('GET', '/v1/conversations/{id}', { path: { id }, signal }),
    refetchOnWindowFocus: false,
  });
  if (!conversation.data)
    return (
      <section class="conversation" aria-label="Conversation">
        <header>
          <a class="button quiet back" href={props.back} aria-label="Back to the conversations">
            <ArrowLeft size={18} aria-hidden="true" />
          </a>
        </header>
        {conversation.error ? (
          <Fault error={conversation.error} />
        ) : (
          <span class="loading" role="progressbar" aria-label="Opening the conversation" />
        )}
      </section>
    );
  return <Open conversation={conversation.data} {...props} />;
}

type OpenProps = Omit<PaneProps, 'id'> & { readonly conversation: Conversation };

function Open({ conversation, back, move, place }: OpenProps) {
  const { id, contact, phoneNumberId } = conversation;
  const who = nameOf(conversation);
  const { thread, messages, entries, newest } = useThread(id);
  const outbox = useOutbox(id, () => newest.mutateAsync());
  const [draft, setDraft] = useDraft(id);
  const now = useNow(15_000);
  const window = serviceWindow(conversation.windowExpiresAt, now);
  const readFault = useMarkRead(conversation, messages, move, place);
  const address = { to: contact.phone ?? contact.userId ?? '', from: phoneNumberId };
  const send = (sent: Outgoing, shown: Shown) => outbox.send(sent, shown);
  const canSend = window.state !== 'closed';
  const writeAgain = (text: string) =>
    setDraft((draft) => ({ text: draft.text.trim() ? `${draft.text}\n${text}` : text }));

  return (
    <section class="conversation" aria-label={`Conversation with ${who}`}>
      <Head conversation={conversation} back={back} window={window} place={place} />
      <Fault error={readFault ?? newest.error} />
      <Thread
        thread={thread}
        entries={entries}
        isEmpty={entries.length + outbox.outbox.length === 0}
        sendingCount={outbox.outbox.length}
        row={(entry) => (
          <Bubble
            entry={entry}
            who={who}
            onReply={
              canSend
                ? () => {
                    setDraft({ replyTo: entry.message });
                    document.getElementById('answer')?.focus();
                  }
                : undefined
            }
            onReact={
              canSend
                ? (emoji) =>
                    send(
                      {
                        route: '/v1/messages/reaction',
                        body: { ...address, messageId: entry.message.id, emoji },
                      },
                      { kind: 'reaction', body: emoji || 'Reaction taken back', payload: null },
                    )
                : undefined
            }
            onAgain={canSend ? writeAgain : undefined}
          />
        )}
      >
        {outbox.outbox.map((sending) => (
          <li key={sending.key}>
            <SendingBubble
              sending={sending}
              onAgain={() => outbox.again(sending)}
              onDiscard={() => {
                outbox.discard(sending.key);
                if (sending.sent.route === '/v1/messages/text') writeAgain(sending.sent.body.body);
              }}
            />
          </li>
        ))}
      </Thread>
      <Composer address={address} window={window} who={who} draft={draft} onDraft={setDraft} onSend={send} />
    </section>
  );
}

/**
 * Marks the newest inbound message read while the tab is visible; that covers all messages before it. Returns the
 * error, if any.
 */
function useMarkRead(
  conversation: Conversation,
  messages: readonly Message[],
  move: PaneProps['move'],
  place: PaneProps['place'],
) {
  const { api } = useAccount();
  const isVisible = useVisible();
  const mark = useAction({
    mutationFn: (id: string) => api.request('POST', '/v1/messages/{id}/read', { path: { id }, body: {} }),
    onSuccess: () => move(conversation.id),
  });
  const isUnread = conversation.unreadCount > 0;
  const last = messages.find(({ direction, kind }) => direction === 'in' && !UNWRITTEN.includes(kind));
  useEffect(() => {
    if (!isVisible || !isUnread || !last) return;
    place([{ ...conversation, unreadCount: 0 }]);
    mark.mutate(last.id);
  }, [isVisible, isUnread, last?.id]);
  return mark.error;
}

type HeadProps = Pick<OpenProps, 'conversation' | 'back' | 'place'> & {
  readonly window: ReturnType<typeof serviceWindow>;
};
function Head({ conversation, back, window, place }: HeadProps) {
  const { account, api } = useAccount();
  const { id, contact, status, assignee } = conversation;
  const [isAssigning, setAssigning] = useState(false);
  const change = useAction({
    mutationFn: (body: Schemas['UpdateConversation']) =>
      api.request('PATCH', '/v1/conversations/{id}', { path: { id }, body }),
    onSuccess: (row, body) => {
      place([row]);
      setAssigning(false);
      if (body.status) announce(body.status === 'closed' ? 'Conversation closed' : 'Conversation opened');
    },
  });
  return (
    <>
      <header>
        <a class="button quiet back" href={back} aria-label="Back to the conversations">
          <ArrowLeft size={18} aria-hidden="true" />
        </a>
        <div class="who">
          <h2>{nameOf(conversation)}</h2>
          <p class="soft">
            {contact.name !== null && <span>{contact.phone ?? contact.userId}</span>}
            <span class={`window ${window.state}`}>
              <Clock size={14} aria-hidden="true" /> <span class="wide-only">Service window </span>
              {window.text}
            </span>
            {assignee !== null && <span>Answered by {assignee}</span>}
          </p>
        </div>
        <div class="row tools">
          <a
            class="button quiet"
            href={`/console/accounts/${account.id}/contacts/${contact.id}`}
            aria-label="Contact"
            title="Contact"
          >
            <BookUser size={18} aria-hidden="true" />
          </a>
          <button
            type="button"
            class="quiet"
            onClick={() => setAssigning(true)}
            aria-label="Assign"
            title="Assign"
          >
            <UserRound size={18} aria-hidden="true" />
          </button>
          <button
            type="button"
            class="quiet"
            disabled={change.isPending}
            onClick={() => change.mutate({ status: status === 'open' ? 'closed' : 'open' })}
            title={status === 'open' ? 'Close the conversation' : 'Open the conversation again'}
          >
            {status === 'open' ? (
              <Archive size={18} aria-hidden="true" />
            ) : (
              <ArchiveRestore size={18} aria-hidden="true" />
            )}
            <span class="wide-only">{status === 'open' ? 'Close' : 'Open again'}</span>
            <span class="unseen narrow-only">{status === 'open' ? 'Close' : 'Open again'}</span>
          </button>
        </div>
      </header>
      {!isAssigning && <Fault error={change.error} />}
      {isAssigning && (
        <Assign
          assignee={assignee}
          error={change.error}
          isPending={change.isPending}
          onAssign={(name) => change.mutate({ assignee: name })}
          onClose={() => setAssigning(false)}
        />
      )}
    </>
  );
}

type AssignProps = {
  assignee: string | null;
  error: Error | null;
  isPending: boolean;
  onAssign: (name: string | null) => void;
  onClose: () => void;
};
function Assign({ assignee, error, isPending, onAssign, onClose }: AssignProps) {
  const [name, setName] = useState(assignee ?? '');
  return (
    <Modal title="Who answers" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          onAssign(name.trim() || null);
        }}
      >
        <Field label="Name" hint="In whatever way you name people; empty: nobody.">
          <input value={name} maxLength={200} onInput={({ currentTarget }) => setName(currentTarget.value)} />
        </Field>
        <Fault error={error} />
        <div class="row">
          <button class="primary" disabled={isPending}>
            Assign
          </button>
        </div>
      </form>
    </Modal>
  );
}

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
function Thread({ thread, entries, isEmpty, sendingCount, row, children }: ThreadProps) {
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
          {thread.isPending && <span class="loading" role="progressbar" aria-label="Loading messages" />}
          {isFetchingNextPage && (
            <span class="loading" role="progressbar" aria-label="Loading older messages" />
          )}
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
