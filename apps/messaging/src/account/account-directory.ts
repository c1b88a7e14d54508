import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';

type AskOwner = (wabaId: string) => Promise<{ accountId: string } | null>;

/** A WABA that is not known is asked for once in so many ms at most, however much comes from it. */
const ASK_EVERY_MS = 200;
const MOST_STRANGERS = 1_000;

/** Which account a WhatsApp Business Account belongs to: from our copy, or from the owner where that is behind. */
export class AccountDirectory {
  private readonly known = new Map<string, string>();
  /** The next question about a WABA, for as long as it has not been put. */
  private readonly next = new Map<string, Promise<string | undefined>>();
  private readonly askedAt = new Map<string, number>();

  constructor(
    private readonly pool: Pick<Pool, 'query'>,
    private readonly askOwner: AskOwner,
  ) {}

  /**
   * Undefined for a WABA that is not connected here: its webhooks are none of ours. That is always the answer to a
   * question put after the call: an earlier no would lose the first messages of an account that was connected since.
   */
  async accountOf(wabaId: string): Promise<string | undefined> {
    const known = this.known.get(wabaId);
    if (known) return known;
    let next = this.next.get(wabaId);
    if (!next) this.next.set(wabaId, (next = this.ask(wabaId)));
    return next;
  }

  private async ask(wabaId: string): Promise<string | undefined> {
    await delay(Math.max(0, (this.askedAt.get(wabaId) ?? 0) + ASK_EVERY_MS - Date.now()));
    this.next.delete(wabaId);
    const found = this.known.get(wabaId);
    if (found) return found;
    if (this.askedAt.size >= MOST_STRANGERS) this.askedAt.clear();
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
