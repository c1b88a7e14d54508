import { decodeCursor, encodeCursor, type Paged } from '@wbiz/contracts/page';
import { Rejection } from '@wbiz/eventing/rejection';

export const ID = /^[a-z]{3}_[0-9A-Z]{26}$/;

/** The id that a page of a list by descending id begins after; null: the first page. Throws `invalid_request`. */
export function idCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const [id] = decodeCursor(cursor, 1) ?? [];
  if (typeof id === 'string' && ID.test(id)) return id;
  throw foreignCursor();
}

/** The refusal of a cursor that is none of the list's. */
export function foreignCursor(): Rejection {
  const detail = 'cursor is not a nextCursor of this list.';
  return new Rejection('invalid_request', detail, [{ pointer: '?cursor', code: 'cursor', detail }]);
}

/** A page of `limit` rows, out of as many and one more, if there is one. */
export function idPage<Row>(rows: readonly Row[], limit: number, idOf: (row: Row) => string): Paged<Row> {
  const data = rows.slice(0, limit);
  return { data, nextCursor: rows.length > limit ? encodeCursor(idOf(data.at(-1)!)) : null };
}
