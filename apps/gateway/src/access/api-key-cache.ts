import type { AccountData } from '@wbiz/contracts/account';
import type { Logger } from '@wbiz/eventing/logger';
import { microBatch } from '@wbiz/eventing/micro-batch';
import type { Pool } from 'pg';
import { API_KEY_COLUMNS, type ApiKey } from './api-key.js';
import { askPostgres } from './ask-postgres.js';

export type Account = AccountData & { readonly id: string };
export type Holder = { readonly key: ApiKey; readonly account: Account };

type KeyRow = ApiKey & { readonly changedAt: Date };
type AccountRow = {
  readonly id: string;
  readonly version: number;
  readonly updatedAt: Date;
  readonly state: AccountData;
};

const KEYS = `select ${API_KEY_COLUMNS}, changed_at as "changedAt" from gateway.api_keys`;
// Without the account's private fields, which clients never see.
const ACCOUNTS = `select stream as id, version, updated_at as "updatedAt",
  state - array['sealedToken', 'appId', 'throughput', 'holds', 'told'] as state from gateway.accounts`;
const POLL_MS = 250;
const TRUSTED_MS = 1_000;
// Rows may appear late: changed_at is set before the commit, and updated_at comes from another gateway's clock.
const OVERLAP_MS = 10_000;

/**
 * Caches all API keys and accounts, at most one second old: while requests arrive, changes are polled every 250 ms. For
 * an unknown key, or with an older cache, Postgres is asked for that key; such lookups are batched.
 */
export class ApiKeyCache {
  private readonly keys = new Map<string, KeyRow>();
  private readonly accounts = new Map<string, Account & { readonly version: number }>();
  private readonly lookUp: (prefix: string) => Promise<Holder | undefined>;
  private keysSeen = new Date(0);
  private accountsSeen = new Date(0);
  private polledAt = -Infinity;
  private askedAt = -Infinity;
  private isFailing = false;
  private polling: Promise<void> | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly logger: Logger,
  ) {
    this.lookUp = microBatch((prefixes: readonly string[]) => this.fetch(prefixes), { max: 500, lanes: 2 });
  }

  /** Loads everything once. Throws if that fails. */
  start(): Promise<void> {
    return this.poll();
  }

  /** Awaits the current poll. */
  async stop(): Promise<void> {
    await this.polling;
  }

  /** The key with this prefix and its account, even if revoked or expired. Throws `unavailable`. */
  find(prefix: string): Holder | undefined | Promise<Holder | undefined> {
    const now = performance.now();
    if (now - this.askedAt > POLL_MS) this.polling ??= this.follow();
    if (now - this.polledAt > TRUSTED_MS) return this.lookUp(prefix);
    const key = this.keys.get(prefix);
    const account = key && this.accounts.get(key.accountId);
    return account ? { key, account } : this.lookUp(prefix);
  }

  private async follow(): Promise<void> {
    try {
      await this.poll();
      this.isFailing = false;
    } catch (err) {
      if (!this.isFailing)
        this.logger.warn(
          { err },
          'API key cache: changes of API keys and accounts not fetched; polling again when a request comes',
        );
      this.isFailing = true;
    } finally {
      this.polling = undefined;
    }
  }

  private async poll(): Promise<void> {
    const began = (this.askedAt = performance.now());
    const since = (seen: Date) => [new Date(seen.getTime() - OVERLAP_MS)];
    const [keys, accounts] = await Promise.all([
      askPostgres<KeyRow>(this.pool, {
        name: 'keys-changed',
        text: `${KEYS} where changed_at > $1 order by changed_at`,
        values: since(this.keysSeen),
      }),
      askPostgres<AccountRow>(this.pool, {
        name: 'accounts-changed',
        text: `${ACCOUNTS} where updated_at > $1 order by updated_at`,
        values: since(this.accountsSeen),
      }),
    ]);
    this.note(keys, accounts);
    this.keysSeen = keys.at(-1)?.changedAt ?? this.keysSeen;
    this.accountsSeen = accounts.at(-1)?.updatedAt ?? this.accountsSeen;
    this.polledAt = began;
  }

  private async fetch(prefixes: readonly string[]): Promise<readonly (Holder | undefined)[]> {
    const keys = await askPostgres<KeyRow>(this.pool, {
      name: 'keys-by-prefix',
      text: `${KEYS} where prefix = any($1)`,
      values: [[...new Set(prefixes)]],
    });
    const accounts = keys.length
      ? await askPostgres<AccountRow>(this.pool, {
          name: 'accounts-by-id',
          text: `${ACCOUNTS} where stream = any($1)`,
          values: [[...new Set(keys.map(({ accountId }) => accountId))]],
        })
      : [];
    this.note(keys, accounts);
    return prefixes.map((prefix) => {
      const key = keys.find((one) => one.prefix === prefix);
      const account = key && this.accounts.get(key.accountId);
      return account && { key, account };
    });
  }

  /** Results may arrive out of order: never replace a newer entry by an older one. */
  private note(keys: readonly KeyRow[], accounts: readonly AccountRow[]): void {
    for (const key of keys)
      if (!((this.keys.get(key.prefix)?.changedAt ?? 0) > key.changedAt)) this.keys.set(key.prefix, key);
    for (const { id, version, state } of accounts)
      if (!((this.accounts.get(id)?.version ?? 0) > version))
        this.accounts.set(id, { ...state, id, version });
  }
}
