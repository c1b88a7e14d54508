import { isWellFormed } from '@wbiz/contracts/schema/json-values';
import { isId } from '@wbiz/contracts/ids';
import { DEFAULT_LIMIT, type Page, type Paged } from '@wbiz/contracts/page';
import { Rejection } from '@wbiz/eventing/rejection';

const whole =
  (max: number) =>
  (part: unknown): part is number =>
    Number.isSafeInteger(part) && Number(part) >= 0 && Number(part) <= max;

/** The end of the year 9999: years have four digits in RFC 3339, and in our Postgres columns. */
const isMs = whole(253_402_300_799_999);

/** The kinds of a cursor's parts. Cursors can be forged, so each kind accepts only what Postgres can take. */
const KINDS = {
  text: isWellFormed,
  id: isId,
  /** RFC 3339, in UTC with milliseconds. */
  time: (part: unknown): part is string =>
    isWellFormed(part) && isMs(Date.parse(part)) && new Date(part).toISOString() === part,
  /** Milliseconds since the epoch. */
  ms: isMs,
  int: whole(2_147_483_647),
  bigint: whole(Number.MAX_SAFE_INTEGER),
};
type Kind = keyof typeof KINDS;
type Part<K extends Kind> = (typeof KINDS)[K] extends (part: unknown) => part is infer Value ? Value : never;

/** The key that orders the rows of a list. */
type Key<Kinds extends readonly Kind[]> = { readonly [At in keyof Kinds]: Part<Kinds[At]> };

/** Makes an opaque cursor of the key of the last row shown. */
export const encodeCursor = (...key: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

/** The key inside a cursor; undefined if its parts are not of these kinds. */
export function decodeCursor<const Kinds extends readonly Kind[]>(
  cursor: string,
  ...kinds: Kinds
): Key<Kinds> | undefined {
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined; // a client may send any text as a cursor
  }
  const isKey =
    Array.isArray(key) && key.length === kinds.length && kinds.every((kind, at) => KINDS[kind](key[at]));
  return isKey ? (key as Key<Kinds>) : undefined;
}

/** The rejection of a cursor that does not belong to the list. */
export function foreignCursor(parameter = 'cursor', of = 'list'): Rejection {
  const detail = `${parameter} is not a nextCursor of this ${of}.`;
  return new Rejection('invalid_request', detail, [{ pointer: `?${parameter}`, code: 'cursor', detail }]);
}

/**
 * The requested page of a list whose rows are ordered by a key of these kinds. Throws `invalid_request` for a foreign
 * cursor.
 */
export function pageOf<const Kinds extends readonly Kind[]>(
  { limit = DEFAULT_LIMIT, cursor }: Page,
  ...kinds: Kinds
) {
  const atTheBeginning = kinds.map(() => undefined) as { readonly [At in keyof Kinds]: undefined };
  const after = cursor === undefined ? atTheBeginning : decodeCursor(cursor, ...kinds);
  if (!after) throw foreignCursor();
  return {
    /** The key of the last row before the page; every part is undefined on the first page. */
    after,
    /** How many rows to fetch: one more than the page shows, which tells whether another page follows. */
    fetch: limit + 1,
    /** Makes the page of the fetched rows: the shown items and the next cursor. */
    cut: <Row, Item>(
      rows: readonly Row[],
      keyOf: (row: Row) => Key<Kinds>,
      viewOf: (row: Row) => Item,
    ): Paged<Item> => {
      const shown = rows.slice(0, limit);
      return {
        data: shown.map((row) => viewOf(row)),
        nextCursor: rows.length > limit ? encodeCursor(...keyOf(shown.at(-1)!)) : null,
      };
    },
  };
}
