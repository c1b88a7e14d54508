import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';

type AskOwner = (wabaId: string) => Promise<{ accountId: string } | null>;

/** At most one lookup per unknown WABA in this many ms, however many webhooks it sends. */
const ASK_EVERY_MS = 200;
const MOST_STRANGERS = 1_000;

/** Finds the account of a WhatsApp Business Account in our copy, or at the gateway if the copy is behind. */
export class AccountDirectory {
  private readonly known = new Map<string, string>();
  /** The lookup of a WABA that is scheduled and not sent yet. */
  private readonly next = new Map<string, Promise<string | undefined>>();
  private readonly askedAt = new Map<string, number>();

  constructor(
    private readonly pool: Pick<Pool, 'query'>,
    private readonly askOwner: AskOwner,
  ) {}

  /**
   * Undefined if the WABA is not connected here; its webhooks are ignored. Undefined always comes from a lookup sent
   * after the call: an earlier miss would lose the first messages of an account connected since.
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
