import type { RecipientStatus } from '@wbiz/contracts/campaign';

/**
 * A recipient's state as stored. The number only rises, with one exception: a send that never reached Meta, or is
 * retried, returns its recipient to `queued`.
 */
export const STATE = {
  queued: 0,
  /** Messaging was asked to send the message. */
  sending: 1,
  /** Meta accepted the message and holds it for a quality assessment. */
  held: 2,
  /** Meta accepted the message. */
  accepted: 3,
  sent: 4,
  failed: 5,
  delivered: 6,
  read: 7,
  skipped: 9,
} as const;
export type State = (typeof STATE)[keyof typeof STATE];

/** The stored states behind each status in the API. */
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
