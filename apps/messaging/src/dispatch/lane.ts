import type { Outgoing } from '../message/message.state.js';
import type { Lease } from './dispatch-leases.js';
import { NumberPace, UNSAVED_DEBT_MS, type PairPace } from './pace.js';
import { PacedCalls } from './paced-calls.js';
import type { Class } from './send-class.js';

/** Maximum calls in flight per phone number. Meta answers in about 100 ms, so this carries 1,000 a second. */
export const MAX_IN_FLIGHT = 128;
/** Calls of MAX_IN_FLIGHT that campaigns may not use. */
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
  /** Slots of sends that are being accepted. */
  opening: number;
  recovering: boolean;
  /** Classes in which the last claim found nothing and held nothing back, and no send was signalled since. */
  readonly isEmpty: Record<Class, boolean>;
  /** Classes that may have sends to claim; `notBefore`: when they may be claimed (monotonic clock, ms). */
  readonly wanted: Record<Class, boolean>;
  readonly notBefore: Record<Class, number>;
  timer: NodeJS.Timeout | undefined;
  /** When Meta accepted the first message since the number's last webhook, in epoch ms; 0: none. */
  unheardSince: number;
  /** Whether the queue may hold started sends that no process is calling; they are recovered before the next claim. */
  doubtful: boolean;
};

/** A lane starts doubtful: attempts left started may or may not have reached Meta. */
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

/** Whether a single send may start as it is accepted. Not with a large pair debt: only a claim persists it. */
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
