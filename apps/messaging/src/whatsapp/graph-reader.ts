import type { CloudApi } from '@wbiz/cloud-api/cloud-api';
import { ruleFor } from '@wbiz/cloud-api/graph-error-codes';
import { CloudApiError } from '@wbiz/cloud-api/graph-error';
import type { Credentials } from '../account/credentials.js';
import type { Read } from './read-receipts.js';

/** Tells Meta what was read, with the account's token; a token that Meta refuses is asked for anew, once. Throws what Meta says. */
export function graphReader(api: CloudApi, credentials: Credentials) {
  const call = async ({ accountId, phoneNumberId, wamid, typing }: Read): Promise<void> => {
    const token = await credentials.tokenOf(accountId);
    if (!token) throw new Error('the account has no access token');
    await api.markRead(token, phoneNumberId, wamid, { typing });
  };
  return async (read: Read): Promise<void> => {
    try {
      await call(read);
    } catch (error) {
      if (!(error instanceof CloudApiError) || ruleFor(error.error).scope !== 'token') throw error;
      credentials.forget(read.accountId);
      await call(read);
    }
  };
}
