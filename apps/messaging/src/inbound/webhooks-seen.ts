import type { Pool } from 'pg';

/** Minimum time between two writes of a phone number's newest webhook time, in ms. */
export const NOTED_EVERY_MS = 1000;

export const WEBHOOKS_SEEN = Symbol('WEBHOOKS_SEEN');
export type NoteWebhook = (item: {
  readonly phoneNumberId: string;
  readonly receivedAt: string;
}) => Promise<void>;

/** Stores when the gateway received a phone number's newest webhook, at most once a second per phone number. */
export function webhooksSeen(pool: Pool): NoteWebhook {
  /** When the last write began, by phone number. */
  const noted = new Map<string, number>();
  /** The newest receipt time that is not stored yet, by phone number. */
  const newest = new Map<string, string>();
  const note = async (phoneNumberId: string): Promise<void> => {
    noted.set(phoneNumberId, Date.now());
    const receivedAt = newest.get(phoneNumberId);
    newest.delete(phoneNumberId);
    // The gateway's clock may run ahead: no time in the future is stored.
    await pool.query(
      `insert into messaging.webhooks_seen as w (phone_number_id, seen_at) values ($1, least($2, now()))
       on conflict (phone_number_id) do update set seen_at = greatest(w.seen_at, excluded.seen_at)`,
      [phoneNumberId, receivedAt],
    );
  };
  return async ({ phoneNumberId, receivedAt }) => {
    const waiting = newest.get(phoneNumberId);
    if (waiting === undefined || waiting < receivedAt) newest.set(phoneNumberId, receivedAt);
    if (waiting !== undefined) return;
    const wait = (noted.get(phoneNumberId) ?? 0) + NOTED_EVERY_MS - Date.now();
    if (wait <= 0) return note(phoneNumberId);
    // A timer, so that the last webhook of a burst is stored too, even if no further webhook comes.
    setTimeout(() => {
      note(phoneNumberId).catch(() => noted.delete(phoneNumberId));
    }, wait).unref();
  };
}
