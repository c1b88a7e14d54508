import { SHARE } from '../campaign/pace.js';

/** The smallest window of a phone number, in sends (ours). */
const LEAST = 8;

export type LaneLoad = {
  /** The window that the last claim computed, in sends. */
  readonly window: number;
  /** Messages per second that Meta allows the number. */
  readonly throughput: number;
  readonly underWay: number;
  /** The part of `underWay` that is older than PROMPT_MS (claims.ts). */
  readonly slow: number;
  /** Sends that got an outcome since the last claim. */
  readonly landed: number;
};

/**
 * The window of a phone number: how many sends may await their outcome at once. As in TCP, outcomes enlarge the window
 * while it is 80 % full, and slow ones shrink it by 10 %. Bounds: LEAST, and one second of Meta's throughput.
 */
export function nextWindow({ window, throughput, underWay, slow, landed }: LaneLoad): number {
  const most = Math.max(LEAST, Math.ceil(throughput * SHARE));
  const isLate = slow > underWay / 10;
  const isFull = underWay + landed >= window * 0.8;
  const next = isLate ? window * 0.9 : isFull ? window + landed : window;
  return Math.round(Math.min(most, Math.max(LEAST, next)));
}
