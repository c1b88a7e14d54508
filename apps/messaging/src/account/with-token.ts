import { CloudApiError } from '@wbiz/cloud-api/graph-error';
import { ruleFor } from '@wbiz/cloud-api/graph-error-fates';
import type { Credentials } from './credentials.js';

/**
 * Calls Meta with the account's token. If Meta refuses the token, fetches the token again and repeats the call once.
 * Throws what `call` throws, or an Error if the account has no token.
 */
export async function withToken<T>(
  credentials: Credentials,
  accountId: string,
  call: (token: string) => Promise<T>,
): Promise<T> {
  const tried = async () => {
    const token = await credentials.tokenOf(accountId);
    if (!token) throw new Error('the account has no access token');
    return call(token);
  };
  try {
    return await tried();
  } catch (error) {
    if (!(error instanceof CloudApiError) || ruleFor(error.error).scope !== 'token') throw error;
    credentials.forget(accountId);
    return tried();
  }
}
