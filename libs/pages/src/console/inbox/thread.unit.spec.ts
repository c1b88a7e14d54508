import { describe, expect, it } from '@jest/globals';
import { mergedNewest, threadOf, withStatus, type Message } from './thread.js';

const message = (id: string, more: Partial<Message> = {}): Message => ({
  id,
  wamid: `wamid.${id}`,
  direction: 'in',
  kind: 'text',
  body: id,
  payload: null,
  status: 'received',
  error: null,
  mediaId: null,
  replyTo: null,
  createdAt: '2026-11-29T10:00:00.000Z',
  statusAt: '2026-11-29T10:00:00.000Z',
  ...more,
});
const reaction = (
  id: string,
  to: Record<string, string>,
  emoji: string | null,
  more: Partial<Message> = {},
) => message(id, { kind: 'reaction', body: emoji, payload: { ...to, emoji }, ...more });
const out = { direction: 'out', status: 'sent' } as const;
const thread = (...oldestFirst: Message[]) => threadOf(oldestFirst.toReversed());

describe('a thread', () => {
  it('is oldest first, with what each message quotes by either id', () => {
    const [a, b] = [message('a'), message('b')];
    const entries = thread(
      a,
      b,
      message('c', { replyTo: 'wamid.a' }),
      message('d', { replyTo: 'b', ...out }),
    );
    expect(entries.map(({ message: { id } }) => id)).toEqual(['a', 'b', 'c', 'd']);
    expect(entries.map(({ quoted }) => quoted)).toEqual([undefined, undefined, a, b]);
  });

  it.each([
    [
      'the last of each side',
      [
        reaction('1', { wamid: 'wamid.a' }, '👍'),
        reaction('2', { wamid: 'wamid.a' }, '🙏'),
        reaction('3', { messageId: 'a' }, '❤️', out),
      ],
      ['🙏', '❤️'],
    ],
    [
      'none that was taken back',
      [reaction('1', { wamid: 'wamid.a' }, '👍'), reaction('2', { wamid: 'wamid.a' }, null)],
      [],
    ],
  ])('shows reactions at their message: %s', (_, reactions, expected) => {
    const entries = thread(message('a'), ...reactions);
    expect(entries).toHaveLength(1);
    expect(entries[0]!.reactions.map(({ emoji }) => emoji)).toEqual(expected);
  });

  it('keeps a failed reaction, and one whose message is not loaded, by itself', () => {
    const entries = thread(
      message('a'),
      reaction('1', { wamid: 'wamid.a' }, '👍', { direction: 'out', status: 'failed' }),
      reaction('2', { wamid: 'wamid.old' }, '👍'),
      reaction('3', { wamid: 'wamid.old' }, null),
    );
    expect(entries.map(({ message: { id } }) => id)).toEqual(['a', '1', '2']);
    expect(entries[0]!.reactions).toEqual([]);
  });

  it('shows a message as it was edited, and says when it was deleted', () => {
    const edit = message('e', {
      kind: 'edit',
      body: 'new words',
      payload: { wamid: 'wamid.a', kind: 'text' },
    });
    const revoke = message('r', { kind: 'revoke', body: null, payload: { wamid: 'wamid.b' } });
    expect(thread(message('a'), message('b'), edit, revoke)).toMatchObject([
      { edited: 'new words', isRevoked: false },
      { edited: undefined, isRevoked: true },
    ]);
  });
});

describe('the newest page', () => {
  const page = (ids: string, nextCursor: string | null = 'next') => ({
    data: [...ids].map((id) => message(id)),
    nextCursor,
  });
  const idsIn = (pages: readonly { data: readonly Message[] }[]) =>
    pages.map(({ data }) => data.map(({ id }) => id).join(''));

  it.each([
    ['goes before what is there', [page('dc'), page('ba')], page('fed'), ['fedc', 'ba'], false],
    ['takes the place of what it repeats', [page('dc'), page('ba')], page('edcb'), ['edcb', 'a'], false],
    ['begins anew where it does not reach', [page('dc'), page('ba')], page('hg'), ['hg'], true],
    ['is all there is where nothing is older', [page('', null)], page('a', null), ['a'], false],
    ['is the first', [], page('a'), ['a'], true],
  ])('%s', (_, there, fresh, expected, isAnew) => {
    const merged = mergedNewest(there, fresh);
    expect([idsIn(merged.pages), merged.isAnew]).toEqual([expected, isAnew]);
  });
});

describe('a status', () => {
  const told = (status: 'sent' | 'failed' | 'read', more = {}) => ({
    ...{ messageId: 'a', wamid: 'wamid.new', status, error: null, at: '2026-11-29T11:00:00.000Z' },
    ...more,
  });
  const pages = [
    { data: [message('a', { direction: 'out', status: 'delivered', wamid: null })], nextCursor: null },
  ];

  it('moves its message on, and never back', () => {
    expect(withStatus(pages, told('read'))![0]!.data[0]).toMatchObject({
      status: 'read',
      wamid: 'wamid.new',
    });
    expect(withStatus(pages, told('sent'))![0]!.data[0]).toMatchObject({ status: 'delivered', wamid: null });
  });
  it('of a message that is not there is told', () => {
    expect(withStatus(pages, told('read', { messageId: 'b' }))).toBeUndefined();
  });
});
