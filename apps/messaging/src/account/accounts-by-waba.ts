import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';

type AskOwner = (wabaId: string) => Promise<{ accountId: string } | null>;

/** Minimum gap between two lookups of one unknown WABA, in ms. */
const LOOKUP_GAP_MS = 200;
/** Maximum unknown WABAs whose last lookup is remembered. */
const MAX_UNKNOWN = 1_000;

/**
 * Finds the account that a WhatsApp Business Account (WABA) belongs to: in this service's copy of accounts, else at
 * the gateway, since the copy may be behind.
 */
export class AccountsByWaba {
  private readonly known = new Map<string, string>();
  /** Lookups that are scheduled and not sent yet, by WABA. */
  private readonly scheduled = new Map<string, Promise<string | undefined>>();
  private readonly askedAt = new Map<string, number>();

  constructor(
    private readonly pool: Pick<Pool, 'query'>,
    private readonly askOwner: AskOwner,
  ) {}

  /**
   * Resolves to undefined if the WABA is not connected; its webhooks are then ignored. Undefined always comes from a
   * lookup sent after the call: with an older answer the first messages of an account connected since would be lost.
   */
  async accountOf(wabaId: string): Promise<string | undefined> {
    const known = this.known.get(wabaId);
    if (known) return known;
    let scheduled = this.scheduled.get(wabaId);
    if (!scheduled) this.scheduled.set(wabaId, (scheduled = this.ask(wabaId)));
    return scheduled;
  }

  private async ask(wabaId: string): Promise<string | undefined> {
    await delay(Math.max(0, (this.askedAt.get(wabaId) ?? 0) + LOOKUP_GAP_MS - Date.now()));
    this.scheduled.delete(wabaId);
    const found = this.known.get(wabaId);
    if (found) return found;
    if (this.askedAt.size >= MAX_UNKNOWN) this.askedAt.clear();
    this.askedAt.set(wabaId, Date.now());
    const { rows } = await this.pool.query<{ id: string }>(
      'select id from messaging.accounts where waba_id = $1',
      [wabaId],
    );
    const accountId = rows[0]?.id ?? (await this.askOwner(wabaId))?.accountId;
    if (accountId) this.known.set(wabaId, accountId);
    return accountId;
  }
}
