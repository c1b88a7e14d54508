import type { Pool } from 'pg';

const EVERY_MS = 1000;

export const WEBHOOKS_SEEN = Symbol('WEBHOOKS_SEEN');
export type NoteWebhook = (phoneNumberId: string) => Promise<void>;

/** Notes, at most once a second per phone number, that Meta's webhooks reach us. */
export function webhooksSeen(pool: Pool): NoteWebhook {
  const noted = new Map<string, number>();
  return async (phoneNumberId) => {
    const now = Date.now();
    if (now - (noted.get(phoneNumberId) ?? 0) < EVERY_MS) return;
    noted.set(phoneNumberId, now);
    await pool.query(
      `insert into messaging.webhooks_seen (phone_number_id, seen_at) values ($1, now())
       on conflict (phone_number_id) do update set seen_at = now()`,
      [phoneNumberId],
    );
  };
}
