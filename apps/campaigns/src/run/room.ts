import { SHARE } from '../campaign/pace.js';

/** How many sends of a phone number may be under way at least. */
const LEAST = 8;

export type LaneLoad = {
  /** How many were allowed last time. */
  readonly room: number;
  /** Messages a second that Meta allows the number. */
  readonly throughput: number;
  readonly underWay: number;
  /** Those of them that have been for longer than they should. */
  readonly slow: number;
  /** How many have come back since last time. */
  readonly landed: number;
};

/**
 * How many sends of a phone number may be under way: found as TCP finds its window, by growing with what comes back while
 * all of it is used and shrinking while it comes back late; never more than Meta's throughput in a second.
 */
export function nextRoom({ room, throughput, underWay, slow, landed }: LaneLoad): number {
  const most = Math.max(LEAST, Math.ceil(throughput * SHARE));
  const isLate = slow > underWay / 10;
  const isFull = underWay + landed >= room * 0.8;
  const next = isLate ? room * 0.9 : isFull ? room + landed : room;
  return Math.round(Math.min(most, Math.max(LEAST, next)));
}
