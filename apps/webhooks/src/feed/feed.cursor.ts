import { decodeCursor, encodeCursor, foreignCursor } from '@wbiz/service-kit/paging';

const VERSION = 1;

/** Where a reader of the feed stands: after the event with this sequence (0: at the beginning). */
export const feedCursor = (sequence: number): string => encodeCursor(VERSION, sequence);

/** The sequence inside a cursor of ours. Throws `invalid_request` for anything else, and names the parameter it came in. */
export function sequenceIn(cursor: string, parameter: 'since' | 'before' = 'since'): number {
  const [version, sequence] = decodeCursor(cursor, 'int', 'bigint') ?? [];
  if (version !== VERSION || sequence === undefined) throw foreignCursor(parameter, 'feed');
  return sequence;
}
