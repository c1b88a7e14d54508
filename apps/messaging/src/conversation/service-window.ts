/**
 * SQL: the end of the service window that a person's message opened at `at`: 24 hours later (Meta). Every message opens
 * one, also a reaction, a button tap or a flow reply. Of several windows the latest end counts.
 */
export const windowEndAfter = (at: string) => `${at} + interval '24 hours'`;

export type WindowFacts = {
  /** Null if no message from the person is known. */
  readonly windowExpiresAt: string | null;
  /** When the account's first 24 hours end; null if this service does not know the account yet, since it is new. */
  readonly firstDayUntil: string | null;
};

/**
 * Whether messages other than templates may be sent at `at`. True without a known message on the account's first day:
 * the person may have written before the account was connected, so Meta decides.
 */
export function mayBeOpen({ windowExpiresAt, firstDayUntil }: WindowFacts, at: string): boolean {
  const until = windowExpiresAt ?? firstDayUntil;
  return until === null || until > at;
}
