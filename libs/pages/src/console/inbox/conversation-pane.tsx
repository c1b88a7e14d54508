import { useQuery } from '@tanstack/preact-query';
import { TOLD_KINDS } from '@wbiz/contracts/message-words';
import { ArrowLeft } from 'lucide-preact';
import { useEffect } from 'preact/hooks';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import { useAction } from '../../parts/use-action.js';
import { useNow } from '../../parts/use-now.js';
import { useVisible } from '../../parts/use-visible.js';
import { useAccount } from '../account.js';
import { Composer } from './composer.js';
import { useDraft } from './use-draft.js';
import { ConversationHead } from './conversation-head.js';
import { nameOf } from './conversation-list.js';
import type { Conversation } from './conversation-pages.js';
import { MessageBubble, SendingBubble } from './message-bubble.js';
import { serviceWindow } from './service-window.js';
import { ThreadView } from './thread-view.js';
import type { Message } from './thread.js';
import type { useConversations } from './use-conversations.js';
import { type Outgoing, type Shown, useOutbox } from './use-outbox.js';
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
          <Loading label="Opening the conversation" />
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
      <ConversationHead conversation={conversation} back={back} window={window} place={place} />
      <Fault error={readFault ?? newest.error} />
      <ThreadView
        thread={thread}
        entries={entries}
        isEmpty={entries.length + outbox.outbox.length === 0}
        sendingCount={outbox.outbox.length}
        row={(entry) => (
          <MessageBubble
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
      </ThreadView>
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
  const last = messages.find(({ direction, kind }) => direction === 'in' && !TOLD_KINDS.includes(kind));
  useEffect(() => {
    if (!isVisible || !isUnread || !last) return;
    place([{ ...conversation, unreadCount: 0 }]);
    mark.mutate(last.id);
  }, [isVisible, isUnread, last?.id]);
  return mark.error;
}
