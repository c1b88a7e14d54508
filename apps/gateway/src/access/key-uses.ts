import type { Pool } from 'pg';

/** When each key was last used, gathered in memory and written once a minute: a crash loses at most that minute. */
export class KeyUses {
  private seen = new Map<string, Date>();

  constructor(
    private readonly pool: Pool,
    private readonly now: () => number = Date.now,
  ) {}

  note(keyId: string): void {
    this.seen.set(keyId, new Date(this.now()));
  }

  /** Throws if Postgres fails; what was not written is written next time. */
  async write(): Promise<void> {
    if (this.seen.size === 0) return;
    const { seen } = this;
    this.seen = new Map();
    try {
      await this.pool.query(
        `insert into gateway.api_key_uses as known (key_id, last_used)
         select * from unnest($1::text[], $2::timestamptz[]) order by 1
         on conflict (key_id) do update set last_used = greatest(known.last_used, excluded.last_used)`,
        [[...seen.keys()], [...seen.values()]],
      );
    } catch (error) {
      this.seen = new Map([...seen, ...this.seen]);
      throw error;
    }
  }
}
