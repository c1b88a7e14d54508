import { decodeCursor, encodeCursor, foreignCursor } from '@wbiz/service-kit/paging';

const VERSION = 1;

/** Where a reader of the feed stands: after the event with this sequence (0: at the beginning). */
export const feedCursor = (sequence: number): string => encodeCursor(VERSION, sequence);

/** The sequence inside a cursor of ours. Throws `invalid_request` for anything else. */
export function sequenceIn(since: string): number {
  const [version, sequence] = decodeCursor(since, 'int', 'bigint') ?? [];
  if (version !== VERSION || sequence === undefined) throw foreignCursor('since', 'feed');
  return sequence;
}
