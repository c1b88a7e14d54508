import { Inject, Injectable } from '@nestjs/common';
import type { AdminApiKeyView, CreateApiKey, NewApiKey } from '@wbiz/contracts/api-key';
import type { Page, Paged } from '@wbiz/contracts/page';
import { SCOPES } from '@wbiz/contracts/scopes';
import { Rejection } from '@wbiz/eventing/rejection';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { pageOf } from '@wbiz/service-kit/paging';
import type { Pool } from 'pg';
import { API_KEY_COLUMNS, apiKeyView, newApiKey, type ApiKey } from '../access/api-key.js';
import { askPostgres } from '../access/ask-postgres.js';

const CONSOLE_KEY_MINUTES = 15;
type NewKey = Pick<CreateApiKey, 'name' | 'scopes' | 'limit'> & { expires: Date | null; ofConsole?: boolean };

/** An account's API keys, for operators. Every method throws `not_found` for an unknown account or key. */
@Injectable()
export class ApiKeys {
  constructor(@Inject(PG_POOL) private readonly pool: Pool) {}

  /** Creates a key; the only answer that holds the whole key. */
  create(accountId: string, { expiresAt, ...asked }: CreateApiKey): Promise<NewApiKey> {
    const expires = expiresAt === undefined ? null : new Date(expiresAt);
    if (expires && expires.getTime() <= Date.now()) throw past();
    return this.add(accountId, { ...asked, expires });
  }

  /** Creates a key with all scopes for {@link CONSOLE_KEY_MINUTES} minutes; lists leave it out. */
  createForConsole(accountId: string): Promise<NewApiKey> {
    const expires = new Date(Date.now() + CONSOLE_KEY_MINUTES * 60_000);
    return this.add(accountId, { name: 'console', scopes: [...SCOPES], expires, ofConsole: true });
  }

  private async add(
    accountId: string,
    { name, scopes, expires, limit, ofConsole = false }: NewKey,
  ): Promise<NewApiKey> {
    const { id, prefix, key, secretHash } = newApiKey();
    const [row] = await askPostgres<ApiKey>(this.pool, {
      name: 'create-api-key',
      text: `insert into gateway.api_keys (id, account_id, name, prefix, secret_hash, scopes, expires_at, per_minute, burst, of_console)
             select $1, stream, $3, $4, $5, $6, $7, $8, $9, $10 from gateway.accounts where stream = $2
             returning ${API_KEY_COLUMNS}`,
      values: [
        id,
        accountId,
        name,
        prefix,
        secretHash,
        [...new Set(scopes)],
        expires,
        limit?.perMinute ?? null,
        limit?.burst ?? null,
        ofConsole,
      ],
    });
    if (!row) throw noAccount(accountId);
    return { ...apiKeyView(row), key };
  }

  /** Newest first, revoked ones included; `lastUsed` lags by up to a minute. */
  async list(accountId: string, ask: Page): Promise<Paged<AdminApiKeyView>> {
    const page = pageOf(ask, 'id');
    const [known, rows] = await Promise.all([
      askPostgres(this.pool, {
        name: 'account-is-there',
        text: 'select from gateway.accounts where stream = $1',
        values: [accountId],
      }),
      askPostgres<ApiKey & { lastUsed: Date | null }>(this.pool, {
        name: 'list-api-keys',
        text: `select ${API_KEY_COLUMNS}, last_used as "lastUsed"
               from gateway.api_keys left join gateway.api_key_uses on key_id = id
               where account_id = $1 and not of_console and ($2::text is null or id < $2) order by id desc limit $3`,
        values: [accountId, ...page.after, page.fetch],
      }),
    ]);
    if (known.length === 0) throw noAccount(accountId);
    return page.cut(rows, ({ id }) => [id], adminView);
  }

  /** Revoking again keeps the first revocation's time. */
  async revoke(accountId: string, keyId: string): Promise<void> {
    const rows = await askPostgres(this.pool, {
      name: 'revoke-api-key',
      text: `update gateway.api_keys set revoked_at = coalesce(revoked_at, clock_timestamp())
             where account_id = $1 and id = $2 returning id`,
      values: [accountId, keyId],
    });
    if (rows.length === 0)
      throw new Rejection('not_found', `The account ${accountId} has no API key ${keyId}.`);
  }
}

const adminView = (key: ApiKey & { readonly lastUsed: Date | null }): AdminApiKeyView => ({
  ...apiKeyView(key),
  revokedAt: key.revokedAt?.toISOString() ?? null,
  limit: key.limit,
  lastUsedAt: key.lastUsed?.toISOString() ?? null,
});

const noAccount = (accountId: string) => new Rejection('not_found', `There is no account ${accountId}.`);

function past(): Rejection {
  const detail = 'expiresAt must lie in the future.';
  return new Rejection('invalid_request', detail, [{ pointer: '/expiresAt', code: 'past', detail }]);
}
