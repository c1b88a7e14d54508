import type { Pool } from 'pg';

type AskOwner = (wabaId: string) => Promise<{ accountId: string } | null>;

/** Which account a WhatsApp Business Account belongs to: from our copy, or from the owner where that is behind. */
export class AccountDirectory {
  private readonly known = new Map<string, string>();

  constructor(
    private readonly pool: Pool,
    private readonly askOwner: AskOwner,
  ) {}

  /** Undefined for a WABA that is not connected here: its webhooks are none of ours. */
  async accountOf(wabaId: string): Promise<string | undefined> {
    const known = this.known.get(wabaId);
    if (known) return known;
    const { rows } = await this.pool.query<{ id: string }>(
      'select id from messaging.accounts where waba_id = $1',
      [wabaId],
    );
    const accountId = rows[0]?.id ?? (await this.askOwner(wabaId))?.accountId;
    if (accountId) this.known.set(wabaId, accountId);
    return accountId;
  }
}
