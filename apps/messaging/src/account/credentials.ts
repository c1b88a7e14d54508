import type { AccountCredentials } from '@wbiz/contracts/account';

const KEEP_MS = 30_000;
type AskOwner = (accountId: string) => Promise<AccountCredentials | null>;

/** Access tokens: fetched encrypted from the gateway, decrypted here, each cached for 30 s or until Meta refuses it. */
export class Credentials {
  private readonly kept = new Map<
    string,
    { readonly token: Promise<string | undefined>; readonly until: number }
  >();

  constructor(
    private readonly askOwner: AskOwner,
    private readonly unseal: (sealed: string, accountId: string) => string,
  ) {}

  /** Resolves to undefined if the account has no token. */
  tokenOf(accountId: string): Promise<string | undefined> {
    const kept = this.kept.get(accountId);
    if (kept && kept.until > Date.now()) return kept.token;
    const token = this.askOwner(accountId).then((answer) =>
      answer ? this.unseal(answer.sealedToken, accountId) : undefined,
    );
    token.catch(() => this.forget(accountId));
    this.kept.set(accountId, { token, until: Date.now() + KEEP_MS });
    return token;
  }

  forget(accountId: string): void {
    this.kept.delete(accountId);
  }
}
