import type { Pool } from 'pg';

export const NOTED_EVERY_MS = 1000;

export const WEBHOOKS_SEEN = Symbol('WEBHOOKS_SEEN');
export type NoteWebhook = (item: {
  readonly phoneNumberId: string;
  readonly receivedAt: string;
}) => Promise<void>;
/** What came earlier than this is read again, and says nothing about Meta's webhooks now. */
const NEWS_MS = 60_000;

/** Notes, at most once a second per phone number, that Meta's webhooks reach us. */
export function webhooksSeen(pool: Pool): NoteWebhook {
  const noted = new Map<string, number>();
  const note = async (phoneNumberId: string): Promise<void> => {
    noted.set(phoneNumberId, Date.now());
    await pool.query(
      `insert into messaging.webhooks_seen (phone_number_id, seen_at) values ($1, now())
       on conflict (phone_number_id) do update set seen_at = now()`,
      [phoneNumberId],
    );
  };
  const later = new Set<string>();
  return async ({ phoneNumberId, receivedAt }) => {
    if (Date.now() - Date.parse(receivedAt) > NEWS_MS) return;
    const wait = (noted.get(phoneNumberId) ?? 0) + NOTED_EVERY_MS - Date.now();
    if (wait <= 0) return note(phoneNumberId);
    if (later.has(phoneNumberId)) return;
    // The last one counts too: on a quiet number nothing comes after it.
    later.add(phoneNumberId);
    setTimeout(() => {
      later.delete(phoneNumberId);
      note(phoneNumberId).catch(() => noted.delete(phoneNumberId));
    }, wait).unref();
  };
}
