import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';

type AskOwner = (wabaId: string) => Promise<{ accountId: string } | null>;

/** Minimum time between two lookups of one unknown WABA, in ms. */
const LOOKUP_GAP_MS = 200;
/** Maximum number of unknown WABAs whose last lookup time is kept. */
const MAX_UNKNOWN = 1_000;

/**
 * Finds the account that a WhatsApp Business Account (WABA) belongs to: first in this service's copy of accounts, then
 * at the gateway, since the copy may be behind.
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
   * Resolves to undefined if no account has connected the WABA; the WABA's webhooks are then ignored. Only a lookup
   * sent after the call may yield undefined: an older one could miss a new account, whose first messages would then be
   * lost.
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
