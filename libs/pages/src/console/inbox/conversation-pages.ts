import type { Schemas } from '@wbiz/sdk/operations';

export type Conversation = Schemas['ConversationView'];
export type Page<Item> = { readonly data: readonly Item[]; readonly nextCursor: string | null };

/** Whether a row comes before another in the API's order: newest message first. */
const isBefore = (one: Conversation, other: Conversation) =>
  one.lastMessageAt === other.lastMessageAt ? one.id > other.id : one.lastMessageAt > other.lastMessageAt;

/**
 * Moves a row to its place in the pages. A row that no longer `fits` is removed; one that belongs behind the last
 * loaded row is left to a later page.
 */
export function placed(
  pages: readonly Page<Conversation>[],
  row: Conversation,
  fits: (row: Conversation, isThere: boolean) => boolean,
): Page<Conversation>[] {
  let isThere = false;
  const without = pages.map((page) => {
    if (!page.data.some(({ id }) => id === row.id)) return page;
    isThere = true;
    return { ...page, data: page.data.filter(({ id }) => id !== row.id) };
  });
  if (!fits(row, isThere)) return without;
  const at = without.findIndex(
    ({ data, nextCursor }, index) =>
      data.some((other) => isBefore(row, other)) || (index === pages.length - 1 && nextCursor === null),
  );
  if (at === -1) return without;
  const { data } = without[at]!;
  const before = data.findIndex((other) => isBefore(row, other));
  const inserted = before === -1 ? [...data, row] : data.toSpliced(before, 0, row);
  return without.with(at, { ...without[at]!, data: inserted });
}
