import { rankOf } from '@wbiz/contracts/message-words';
import type { Schemas } from '@wbiz/sdk/operations';
import type { Page } from './conversation-pages.js';

export type Message = Schemas['ConversationMessage'];

/** A message in a conversation, with its later reactions, edits and deletion. */
export type Entry = {
  readonly message: Message;
  /** The latest reaction of each side. */
  readonly reactions: readonly { readonly emoji: string; readonly direction: Message['direction'] }[];
  /** The text after the last edit. */
  readonly edited: string | undefined;
  readonly isRevoked: boolean;
  /** The message it replies to; undefined also if that is not loaded. */
  readonly quoted: Message | undefined;
};

/** Reads a text of the payload, such as the id (ours or WhatsApp's) of another message. */
const text = (message: Message, name: string) => {
  const value = message.payload?.[name];
  return typeof value === 'string' ? value : undefined;
};
const ABOUT_ANOTHER: readonly string[] = ['reaction', 'edit', 'revoke'];
const targetOf = (message: Message) => text(message, 'wamid') ?? text(message, 'messageId');

/**
 * The entries of a thread, oldest first. A reaction, edit or deletion belongs to its message's entry, and has one of
 * its own if that message is not loaded.
 */
export function threadOf(newestFirst: readonly Message[]): Entry[] {
  const messages = newestFirst.toReversed();
  const byId = new Map<string, Message>();
  for (const message of messages) {
    byId.set(message.id, message);
    if (message.wamid) byId.set(message.wamid, message);
  }
  const told = new Map<Message, Message[]>();
  for (const message of messages) {
    const target = ABOUT_ANOTHER.includes(message.kind) ? byId.get(targetOf(message) ?? '') : undefined;
    if (target && message.status !== 'failed') told.set(target, [...(told.get(target) ?? []), message]);
  }
  return messages.flatMap((message) => {
    const isTold = ABOUT_ANOTHER.includes(message.kind) && message.status !== 'failed';
    if (isTold && (byId.has(targetOf(message) ?? '') || message.body === null)) return [];
    const about = told.get(message) ?? [];
    const last = (direction: Message['direction']) =>
      about.findLast((one) => one.kind === 'reaction' && one.direction === direction);
    return [
      {
        message,
        reactions: (['in', 'out'] as const).flatMap((direction) => {
          const emoji = last(direction)?.body;
          return emoji ? [{ emoji, direction }] : [];
        }),
        edited: about.findLast(({ kind }) => kind === 'edit')?.body ?? undefined,
        isRevoked: about.some(({ kind }) => kind === 'revoke'),
        quoted: message.replyTo === null ? undefined : byId.get(message.replyTo),
      },
    ];
  });
}

/** Merges the newest page into the loaded ones; starts anew if there is a gap between them. */
export function mergedNewest(
  pages: readonly Page<Message>[],
  fresh: Page<Message>,
): { readonly pages: Page<Message>[]; readonly isAnew: boolean } {
  const ids = new Set(fresh.data.map(({ id }) => id));
  const meets = fresh.nextCursor === null || pages.some(({ data }) => data.some(({ id }) => ids.has(id)));
  if (!meets || pages.length === 0) return { pages: [fresh], isAnew: true };
  const rest = pages.map((page) => ({ ...page, data: page.data.filter(({ id }) => !ids.has(id)) }));
  const [first, ...others] = rest;
  return {
    pages: [{ ...first!, data: [...fresh.data, ...first!.data] }, ...others],
    isAnew: false,
  };
}

type Told = Pick<Schemas['MessageStatusData'], 'messageId' | 'wamid' | 'status' | 'error' | 'at'>;
/** The pages after a status report; undefined if they do not hold the message. */
export function withStatus(
  pages: readonly Page<Message>[],
  { messageId, wamid, status, error, at }: Told,
): Page<Message>[] | undefined {
  const place = pages.findIndex(({ data }) => data.some(({ id }) => id === messageId));
  const page = pages[place];
  if (!page) return undefined;
  const data = page.data.map((message) =>
    message.id === messageId && rankOf(status) > rankOf(message.status)
      ? { ...message, status, wamid: wamid ?? message.wamid, error, statusAt: at }
      : message,
  );
  return pages.with(place, { ...page, data });
}
