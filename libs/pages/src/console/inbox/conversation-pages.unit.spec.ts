import { expect, it } from '@jest/globals';
import { placed, type Conversation, type Page } from './conversation-pages.js';

const row = (id: string, minute: number, unreadCount = 0): Conversation => ({
  id,
  contact: { id: `cnt_${id}`, phone: '+14155550100', name: null },
  channel: 'whatsapp',
  phoneNumberId: '1',
  status: 'open',
  lastMessageAt: `2026-11-29T10:${String(minute).padStart(2, '0')}:00.000Z`,
  lastMessagePreview: null,
  unreadCount,
  windowExpiresAt: null,
  assignee: null,
});
const pages = (nextCursor: string | null = 'more') => [
  { data: [row('d', 40), row('c', 30)], nextCursor: 'next' },
  { data: [row('b', 20), row('a', 10)], nextCursor },
];
const idsIn = (placed: readonly Page<Conversation>[]) =>
  placed.flatMap(({ data }) => data.map(({ id }) => id)).join('');
const always = () => true;

it.each([
  ['the first', row('b', 50), 'bdca'],
  ['between others', row('e', 35), 'decba'],
  ['where it was, as it is now', row('c', 30, 3), 'dcba'],
  ['at the end of what was read, and left to the next page', row('e', 5), 'dcba'],
  ['behind one of the same time with a higher id', row('B', 20), 'dcbBa'],
])('a row comes %s', (_, given, expected) => {
  expect(idsIn(placed(pages(), given, always))).toEqual(expected);
});

it('a row that is older than all goes to the end once all was read', () => {
  expect(idsIn(placed(pages(null), row('e', 5), always))).toEqual('dcbae');
});

it('a row that fits no more is taken out, and one that was not there can be told', () => {
  expect(idsIn(placed(pages(), row('c', 50), () => false))).toEqual('dba');
  const onlyThere = (_: Conversation, isThere: boolean) => isThere;
  expect(idsIn(placed(pages(), row('e', 50), onlyThere))).toEqual('dcba');
  const rows = placed(pages(), row('c', 30, 7), onlyThere).flatMap(({ data }) => data);
  expect(rows[1]).toMatchObject({ id: 'c', unreadCount: 7 });
});

it('the first row of an empty list is the list', () => {
  expect(placed([{ data: [], nextCursor: null }], row('a', 1), always)).toEqual([
    { data: [row('a', 1)], nextCursor: null },
  ]);
});
