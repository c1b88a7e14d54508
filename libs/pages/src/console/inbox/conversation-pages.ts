import type { Schemas } from '@wbiz/sdk/operations';

export type Conversation = Schemas['ConversationView'];
export type Page<Item> = { readonly data: readonly Item[]; readonly nextCursor: string | null };

/** Newest message first, as the API has it. */
const isBefore = (one: Conversation, other: Conversation) =>
  one.lastMessageAt === other.lastMessageAt ? one.id > other.id : one.lastMessageAt > other.lastMessageAt;

/**
 * The pages with a row as it is now in its place. One that `fits` no more is taken out; one that comes behind the last that was
 * read is left to the page that will hold it.
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
