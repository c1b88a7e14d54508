import { decodeCursor, encodeCursor } from '@wbiz/contracts/page';
import type { FieldFault } from '@wbiz/contracts/problem';
import { Rejection } from '@wbiz/eventing/rejection';

const VERSION = 1;

/** Where a reader of the feed stands: after the event with this sequence (0: at the beginning). */
export const feedCursor = (sequence: number): string => encodeCursor(VERSION, sequence);

/** The sequence inside a cursor of ours. Throws `invalid_request` for anything else. */
export function sequenceIn(since: string): number {
  const [version, sequence] = decodeCursor(since, 2) ?? [];
  if (version === VERSION && Number.isSafeInteger(sequence) && Number(sequence) >= 0) return Number(sequence);
  const detail = 'since is not a nextCursor of this feed.';
  const fault: FieldFault = { pointer: '?since', code: 'cursor', detail };
  throw new Rejection('invalid_request', detail, [fault]);
}
