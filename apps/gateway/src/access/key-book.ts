import type { AccountData } from '@wbiz/contracts/account';
import type { Logger } from '@wbiz/eventing/logger';
import { microBatch } from '@wbiz/eventing/micro-batch';
import { Periodic } from '@wbiz/eventing/periodic';
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
// What an account keeps to itself stays in Postgres.
const ACCOUNTS = `select stream as id, version, updated_at as "updatedAt",
  state - array['sealedToken', 'appId', 'throughput', 'holds', 'told'] as state from gateway.accounts`;
/** Twice as far apart each time once no request has come for 10 s; the next one is answered by Postgres. */
const POLL_MS = { first: 250, longest: 60_000 };
const REQUESTED_MS = 10_000;
const TRUSTED_MS = 1_000;
// A row's time is set before its transaction commits, and accounts carry the clock of the gateway that wrote them.
const OVERLAP_MS = 10_000;

/**
 * All API keys and accounts, in memory and never more than a second old: what changed is fetched every 250 ms while
 * requests come. Where that is older, or a key is not known, Postgres is asked for the one key, many requests at a time.
 */
export class KeyBook {
  private readonly keys = new Map<string, KeyRow>();
  private readonly accounts = new Map<string, Account & { readonly version: number }>();
  private readonly lookUp: (prefix: string) => Promise<Holder | undefined>;
  private keysSeen = new Date(0);
  private accountsSeen = new Date(0);
  private polledAt = -Infinity;
  private requestedAt = -Infinity;
  private readonly polls: Periodic;
  private isFailing = false;

  constructor(
    private readonly pool: Pool,
    private readonly logger: Logger,
  ) {
    this.polls = new Periodic({
      name: 'key book: poll of what changed',
      everyMs: POLL_MS.first,
      restMs: POLL_MS.longest,
      run: async () => {
        await this.follow();
        return performance.now() - this.requestedAt < REQUESTED_MS;
      },
      logger,
    });
    this.lookUp = microBatch((prefixes: readonly string[]) => this.fetch(prefixes), { max: 500, lanes: 2 });
  }

  /** Reads everything once, then follows. Throws when the first read fails. */
  async start(): Promise<void> {
    await this.poll();
    this.polls.start();
  }

  stop(): Promise<void> {
    return this.polls.stop();
  }

  /** The key with that prefix and its account, revoked or expired or not. Throws `unavailable`. */
  find(prefix: string): Holder | undefined | Promise<Holder | undefined> {
    const now = performance.now();
    if (now - this.requestedAt > REQUESTED_MS) this.polls.wake();
    this.requestedAt = now;
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
      if (!this.isFailing) this.logger.warn({ err }, 'changed API keys could not be fetched; trying again');
      this.isFailing = true;
    }
  }

  private async poll(): Promise<void> {
    const began = performance.now();
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

  /** Answers may overtake each other: what is older than what is known is left. */
  private note(keys: readonly KeyRow[], accounts: readonly AccountRow[]): void {
    for (const key of keys)
      if (!((this.keys.get(key.prefix)?.changedAt ?? 0) > key.changedAt)) this.keys.set(key.prefix, key);
    for (const { id, version, state } of accounts)
      if (!((this.accounts.get(id)?.version ?? 0) > version))
        this.accounts.set(id, { ...state, id, version });
  }
}
