import { Text } from './schema/text-fields.js';
import { Whole } from './schema/fields.js';

/** `?limit=&cursor=` on every list. */
export class Page {
  @Whole({ min: 1, max: 200, optional: true, description: 'How many to return (default 50).' })
  limit?: number;

  @Text({ max: 500, optional: true, description: 'nextCursor of the previous page.' })
  cursor?: string;
}
export const DEFAULT_LIMIT = 50;

/** `{ data, nextCursor }`: nextCursor is null on the last page. */
export type Paged<Item> = { readonly data: readonly Item[]; readonly nextCursor: string | null };
