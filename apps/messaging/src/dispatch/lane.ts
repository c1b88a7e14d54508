import type { Outgoing } from '../message/message.state.js';
import type { Lease } from './dispatch-leases.js';
import { NumberPace, UNSAVED_DEBT_MS, type PairPace } from './pace.js';
import { PacedCalls } from './paced-calls.js';
import type { Class } from './send-class.js';

/** Maximum calls in flight per phone number. Meta answers in about 100 ms, so 128 allow 1,000 calls a second. */
export const MAX_IN_FLIGHT = 128;
/** How many calls of MAX_IN_FLIGHT are reserved for single sends. */
export const RESERVE = 16;

/** The dispatch of one leased phone number. */
export type Lane = {
  lease: Lease;
  /** Conversations with a claimed send or a slot: each has one call at a time, in order of acceptance. */
  readonly inFlight: Set<string>;
  readonly pace: NumberPace;
  readonly turns: PacedCalls;
  /** The pair limits; undefined until the debts of the previous holder are loaded. */
  pairs: PairPace | undefined;
  claiming: boolean;
  /** Number of slots reserved for sends that are being accepted. */
  opening: number;
  recovering: boolean;
  /** Classes known to be empty: the last claim found no send and held none back, and no send was queued since. */
  readonly isEmpty: Record<Class, boolean>;
  /** Classes that may have sends to claim; `notBefore`: the earliest time of the next claim (monotonic clock, ms). */
  readonly wanted: Record<Class, boolean>;
  readonly notBefore: Record<Class, number>;
  timer: NodeJS.Timeout | undefined;
  /** When Meta accepted the first message since the number's last webhook, in epoch ms; 0: no message since. */
  unheardSince: number;
  /**
   * Whether the queue may hold started sends that no process is sending; the next claim first settles those as unknown.
   */
  doubtful: boolean;
};

/** A lane starts as `doubtful`: an earlier holder of the lease may have left attempts started. */
export function openLane(lease: Lease, inFlight: Set<string>): Lane {
  const pace = new NumberPace(lease.throughput);
  return {
    lease,
    inFlight,
    pace,
    turns: new PacedCalls(pace),
    pairs: undefined,
    claiming: false,
    opening: 0,
    recovering: false,
    isEmpty: { 0: false, 1: false },
    wanted: { 0: false, 1: false },
    notBefore: { 0: 0, 1: 0 },
    timer: undefined,
    doubtful: true,
    unheardSince: 0,
  };
}

/** Whether a single send may start on acceptance. Not with a debt over UNSAVED_DEBT_MS: only claims store one. */
export const hasRoom = (
  { lease, inFlight, turns, pairs, doubtful, recovering, opening }: Lane,
  { conversationId }: Outgoing,
  now: number,
) =>
  !doubtful &&
  !recovering &&
  now < lease.validUntil &&
  !inFlight.has(conversationId) &&
  inFlight.size < MAX_IN_FLIGHT &&
  turns.room(0, now) > opening &&
  pairs !== undefined &&
  pairs.debtWith(conversationId, now) <= UNSAVED_DEBT_MS;
