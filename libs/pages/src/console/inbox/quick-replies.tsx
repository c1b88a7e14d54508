import { useQuery } from '@tanstack/preact-query';
import type { Schemas } from '@wbiz/sdk/operations';
import { useEffect, useId, useState } from 'preact/hooks';
import { allOf } from '../../parts/all-of.js';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import { useAccount } from '../account.js';

type QuickReply = Schemas['QuickReplyView'];

/** Replies whose shortcut starts with the typed text, then those that contain it anywhere. */
function matching(replies: readonly QuickReply[], typed: string): QuickReply[] {
  const wanted = typed.toLowerCase();
  const bare = wanted.slice(1);
  const begins = (reply: QuickReply) => reply.shortcut.toLowerCase().startsWith(wanted);
  const holds = ({ shortcut, title, body }: QuickReply) =>
    [shortcut, title, body].some((text) => text.toLowerCase().includes(bare));
  return [...replies.filter(begins), ...replies.filter((reply) => !begins(reply) && holds(reply))];
}

/** The list that opens when a message starts with `/`. */
export function useQuickReplies(text: string, onChosen: (body: string) => void) {
  const { account, api } = useAccount();
  const id = useId();
  const [dismissed, dismiss] = useState<string>();
  const [place, setPlace] = useState(0);
  const isOpen = /^\/\S*$/.test(text) && dismissed !== text;
  const replies = useQuery({
    queryKey: [account.id, 'quick-replies'],
    queryFn: () => allOf(api.list('/v1/quick-replies')),
    enabled: isOpen,
    staleTime: 60_000,
  });
  useEffect(() => setPlace(0), [text]);
  const found = isOpen ? matching(replies.data ?? [], text) : [];
  const choose = (reply: QuickReply) => onChosen(reply.body);
  return {
    id,
    isOpen,
    found,
    place,
    choose,
    replies,
    combobox: {
      'aria-haspopup': 'listbox',
      'aria-controls': isOpen ? id : undefined,
      'aria-autocomplete': 'list',
      'aria-activedescendant': found[place] ? `${id}-${place}` : undefined,
    } as const,
    /** True if the list handled the key. */
    onKey: (event: KeyboardEvent): boolean => {
      if (!isOpen) return false;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const chosen = event.key === 'Enter' || event.key === 'Tab' ? found[place] : undefined;
      if (step && found.length > 0) setPlace((place + step + found.length) % found.length);
      else if (chosen) choose(chosen);
      else if (event.key === 'Escape') dismiss(text);
      else return false;
      event.preventDefault();
      return true;
    },
  };
}

type QuickRepliesProps = Pick<
  ReturnType<typeof useQuickReplies>,
  'id' | 'isOpen' | 'found' | 'place' | 'choose' | 'replies'
>;
export function QuickReplies({ id, isOpen, found, place, choose, replies }: QuickRepliesProps) {
  useEffect(
    () => document.getElementById(`${id}-${place}`)?.scrollIntoView({ block: 'nearest' }),
    [id, place],
  );
  if (!isOpen) return null;
  return (
    <div class="quick-replies">
      <Fault error={replies.error} />
      {replies.isPending && <Loading label="Loading quick replies" />}
      {replies.isSuccess && found.length === 0 && (
        <p class="soft" role="status">
          {replies.data.length === 0 ? 'No quick replies are saved yet.' : 'No quick reply like this.'}
        </p>
      )}
      <ul id={id} role="listbox" aria-label="Quick replies">
        {found.map((reply, index) => (
          <li
            key={reply.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === place}
            onMouseDown={(event) => {
              event.preventDefault();
              choose(reply);
            }}
          >
            <code>{reply.shortcut}</code> <strong>{reply.title}</strong>
            <span class="soft">{reply.body}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
