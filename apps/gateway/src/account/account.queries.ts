import { Inject, Injectable } from '@nestjs/common';
import type { AccountCredentials, AdminAccountView } from '@wbiz/contracts/account';
import type { Page, Paged } from '@wbiz/contracts/page';
import { Rejection } from '@wbiz/eventing/rejection';
import { PG_POOL } from '@wbiz/service-kit/database.module';
import { pageOf } from '@wbiz/service-kit/paging';
import type { Secrets } from '@wbiz/service-kit/sealing';
import type { Pool } from 'pg';
import { askPostgres } from '../access/ask-postgres.js';
import { dataOf, type AccountState } from './account.decider.js';

type Row = {
  readonly stream: string;
  readonly state: AccountState;
  readonly created_at: Date;
  readonly updated_at: Date;
};

/** The name of the advisory lock held while a WhatsApp Business Account is being connected. */
export const connectLock = (wabaId: string) => `wbiz.waba.${wabaId}`;

/** Injection token of the `Secrets` that seal access tokens. */
export const TOKEN_SECRETS = Symbol('TOKEN_SECRETS');

/** Reads accounts. `null`: there is none. */
@Injectable()
export class AccountQueries {
  constructor(
    @Inject(PG_POOL) private readonly pool: Pool,
    @Inject(TOKEN_SECRETS) private readonly secrets: Pick<Secrets, 'renewed'>,
  ) {}

  async get(accountId: string): Promise<AdminAccountView | null> {
    const row = await this.row(accountId);
    return row && viewOf(row);
  }

  /** Newest first. Throws `invalid_request` for an unknown cursor. */
  async list(ask: Page): Promise<Paged<AdminAccountView>> {
    const page = pageOf(ask, 'id');
    const rows = await askPostgres<Row>(this.pool, {
      name: 'list-accounts',
      text: `select stream, state, created_at, updated_at from gateway.accounts
             where $1::text is null or stream < $1 order by stream desc limit $2`,
      values: [...page.after, page.fetch],
    });
    return page.cut(rows, ({ stream }) => [stream], viewOf);
  }

  /** The account of a WhatsApp Business Account. Throws `unavailable` while it is being connected. */
  async find(wabaId: string): Promise<{ accountId: string } | null> {
    const found = await this.accountOf(wabaId);
    if (found) return found;
    const [lock] = await askPostgres<{ free: boolean }>(this.pool, {
      name: 'waba-is-connecting',
      text: 'select pg_try_advisory_xact_lock_shared(hashtextextended($1, 0)) as free',
      values: [connectLock(wabaId)],
    });
    if (!lock!.free) throw new Rejection('unavailable', `The account of ${wabaId} is being connected.`);
    return this.accountOf(wabaId);
  }

  private async accountOf(wabaId: string): Promise<{ accountId: string } | null> {
    const rows = await askPostgres<{ accountId: string }>(this.pool, {
      name: 'find-account',
      text: `select stream as "accountId" from gateway.accounts where state->>'wabaId' = $1`,
      values: [wabaId],
    });
    return rows[0] ?? null;
  }

  /** The access token, sealed for the account's id with the present key. */
  async credentials(accountId: string): Promise<AccountCredentials | null> {
    const row = await this.row(accountId);
    if (!row) return null;
    const { wabaId, sealedToken, appId } = row.state;
    return { wabaId, sealedToken: this.secrets.renewed(sealedToken, accountId), appId };
  }

  private async row(accountId: string): Promise<Row | null> {
    const rows = await askPostgres<Row>(this.pool, {
      name: 'get-account',
      text: 'select stream, state, created_at, updated_at from gateway.accounts where stream = $1',
      values: [accountId],
    });
    return rows[0] ?? null;
  }
}

const viewOf = ({ stream, state, created_at, updated_at }: Row): AdminAccountView => ({
  id: stream,
  ...dataOf(state),
  createdAt: created_at.toISOString(),
  updatedAt: updated_at.toISOString(),
});
