import { decodeCursor, encodeCursor, foreignCursor } from '@wbiz/service-kit/paging';

const VERSION = 1;

/** The cursor after the event with this sequence (0: the beginning of the feed). */
export const feedCursor = (sequence: number): string => encodeCursor(VERSION, sequence);

/** The sequence in a cursor. Throws `invalid_request`, naming the parameter, for a text that is no cursor of a feed. */
export function sequenceIn(cursor: string, parameter: 'since' | 'before' = 'since'): number {
  const [version, sequence] = decodeCursor(cursor, 'int', 'bigint') ?? [];
  if (version !== VERSION || sequence === undefined) throw foreignCursor(parameter, 'feed');
  return sequence;
}
