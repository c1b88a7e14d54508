import type { AccountAtMeta, AdminAccountView, ConnectAccount, UpdateAccount } from '@wbiz/contracts/account';
import type { Page, Paged } from '@wbiz/contracts/page';
import { classifyFault } from '@wbiz/eventing/fault';
import { Rejection } from '@wbiz/eventing/rejection';
import { accountAtMeta } from './account-at-meta.js';
import { accounts } from './account.decider.js';
import type { AccountQueries } from './account.queries.js';
import { connectAccount, type ConnectParts } from './connect-account.js';

/** Accounts as operators manage them. */
export class Accounts {
  constructor(
    private readonly queries: AccountQueries,
    private readonly parts: ConnectParts,
  ) {}

  list(page: Page): Promise<Paged<AdminAccountView>> {
    return this.queries.list(page);
  }

  /** Throws `not_found`. */
  async get(id: string): Promise<AdminAccountView> {
    const account = await this.queries.get(id);
    if (!account) throw new Rejection('not_found', `There is no account ${id}.`);
    return account;
  }

  /** Throws what {@link connectAccount} throws. */
  async connect(body: ConnectAccount): Promise<{ account: AdminAccountView; created: boolean }> {
    const { accountId, created } = await whilePostgresAnswers(connectAccount(this.parts, body));
    return { account: await this.get(accountId), created };
  }

  /** Throws `not_found`, and what {@link connectAccount} throws. */
  async atMeta(id: string): Promise<AccountAtMeta> {
    const { wabaId, accessToken } = await this.credentials(id);
    return accountAtMeta(this.parts.cloudApi, accessToken, wabaId);
  }

  /** Connects again with the stored token. Throws `not_found`, and what {@link connectAccount} throws. */
  async reconnect(id: string): Promise<AdminAccountView> {
    const { account } = await this.connect(await this.credentials(id));
    return account;
  }

  private async credentials(id: string): Promise<{ wabaId: string; accessToken: string }> {
    const kept = await this.queries.credentials(id);
    if (!kept) throw new Rejection('not_found', `There is no account ${id}.`);
    return { wabaId: kept.wabaId, accessToken: this.parts.secrets.unseal(kept.sealedToken, id) };
  }

  /** Throws `not_found`, `conflict`. */
  async update(accountId: string, body: UpdateAccount): Promise<AdminAccountView> {
    const data = { ...body, accountId, at: new Date().toISOString() };
    const command = { type: 'account.update', accountId, actor: 'operator', data } as const;
    const reply = await whilePostgresAnswers(this.parts.store.apply(accounts, command));
    if (!reply.ok) throw Rejection.from(reply.error);
    return this.get(accountId);
  }
}

async function whilePostgresAnswers<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Rejection || classifyFault(error) !== 'passing') throw error;
    throw Object.assign(
      new Rejection('unavailable', 'The request cannot be handled at present. Try again.'),
      {
        cause: error,
      },
    );
  }
}
