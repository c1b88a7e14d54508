import type { RecipientStatus } from '@wbiz/contracts/campaign';

/**
 * A recipient's state as its row holds it. States only rise, with one exception: a send that was never made, or is
 * retried, goes back to `queued`.
 */
export const STATE = {
  queued: 0,
  /** Messaging was asked to send it. */
  sending: 1,
  /** Meta accepted it and holds it for its quality assessment. */
  held: 2,
  /** Meta accepted it. */
  accepted: 3,
  sent: 4,
  failed: 5,
  delivered: 6,
  read: 7,
  skipped: 9,
} as const;
export type State = (typeof STATE)[keyof typeof STATE];

/** The states behind each status that customers see. */
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
