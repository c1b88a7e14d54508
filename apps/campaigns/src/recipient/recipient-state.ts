import type { RecipientStatus } from '@wbiz/contracts/campaign';

/**
 * Where a recipient stands, as its row holds it. A higher one replaces a lower one and never the other way round, but
 * that a send which was never made, or is tried again, is queued again.
 */
export const STATE = {
  queued: 0,
  /** Asked of messaging. */
  sending: 1,
  /** Meta took it and holds it for its quality assessment. */
  held: 2,
  /** Meta took it. */
  accepted: 3,
  sent: 4,
  failed: 5,
  delivered: 6,
  read: 7,
  skipped: 9,
} as const;
export type State = (typeof STATE)[keyof typeof STATE];

/** The states that a status comprises, as customers know it. */
export const STATES_OF: { readonly [Status in RecipientStatus]: readonly State[] } = {
  queued: [STATE.queued, STATE.sending],
  held: [STATE.held],
  sent: [STATE.accepted, STATE.sent],
  delivered: [STATE.delivered],
  read: [STATE.read],
  failed: [STATE.failed],
  skipped: [STATE.skipped],
};

export const statusOf = (state: State): RecipientStatus =>
  (Object.keys(STATES_OF) as RecipientStatus[]).find((status) => STATES_OF[status].includes(state))!;
