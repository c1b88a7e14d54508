/**
 * SQL: the end of the service window that a message from the person opened at `at`: 24 hours later (Meta). Any message
 * opens it; reactions, button taps and flow replies count too. Of several windows the last end holds.
 */
export const windowEndAfter = (at: string) => `${at} + interval '24 hours'`;

export type WindowFacts = {
  /** Null if no message from the person is known. */
  readonly windowExpiresAt: string | null;
  /** The end of the account's first day; null while the account is unknown here, and so new. */
  readonly firstDayUntil: string | null;
};

/**
 * Whether more than templates may be sent at `at`. On an account's first day the person may have written before the
 * account was connected: then Meta decides.
 */
export function mayBeOpen({ windowExpiresAt, firstDayUntil }: WindowFacts, at: string): boolean {
  const until = windowExpiresAt ?? firstDayUntil;
  return until === null || until > at;
}
