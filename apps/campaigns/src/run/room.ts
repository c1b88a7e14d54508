/** How many sends of a phone number may be under way at least. */
const LEAST = 8;
const SHARE = 0.98;

type Lane = {
  /** How many were allowed last time. */
  readonly room: number;
  /** Messages a second that Meta allows the number. */
  readonly throughput: number;
  readonly under_way: number;
  /** Those of them that have been for more than a second. */
  readonly slow: number;
};

/**
 * How many sends of a phone number may be under way: as many as it really sends in a second, found by growing while
 * they come back within a second and shrinking while they do not; never more than Meta's throughput.
 */
export function nextRoom({ room, throughput, under_way, slow }: Lane): number {
  const most = Math.max(LEAST, Math.ceil(throughput * SHARE));
  const isSlow = slow > under_way / 10;
  const isFull = under_way >= room * 0.8;
  const next = isSlow ? room * 0.9 : isFull ? room * 1.25 + LEAST : room;
  return Math.round(Math.min(most, Math.max(LEAST, next)));
}
