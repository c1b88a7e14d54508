import { isWellFormed, Text, Whole } from './field.js';

/** `?limit=&cursor=` of every list. */
export class Page {
  @Whole({ min: 1, max: 200, optional: true, description: 'How many to return (default 50).' })
  limit?: number;

  @Text({ max: 500, optional: true, description: 'nextCursor of the page before.' })
  cursor?: string;
}
export const DEFAULT_LIMIT = 50;

/** `{ data, nextCursor }`: nextCursor is null on the last page. */
export type Paged<Item> = { readonly data: readonly Item[]; readonly nextCursor: string | null };

/** An opaque cursor over the sort key of the last row returned. */
export function encodeCursor(...key: (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** The sort key inside a cursor of ours with `parts` parts; undefined when it is not one. */
export function decodeCursor(cursor: string, parts: number): (string | number)[] | undefined {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const valid =
      Array.isArray(key) &&
      key.length === parts &&
      key.every((part) => typeof part === 'number' || isWellFormed(part));
    return valid ? (key as (string | number)[]) : undefined;
  } catch {
    return undefined;
  }
}
