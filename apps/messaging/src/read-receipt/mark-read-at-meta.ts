import type { CloudApi } from '@wbiz/cloud-api/cloud-api';
import type { Credentials } from '../account/credentials.js';
import { withToken } from '../account/with-token.js';
import type { Read } from './read-receipt.worker.js';

/** Marks a message as read at Meta. Throws Meta's error. */
export const markReadAtMeta =
  (api: CloudApi, credentials: Credentials) =>
  ({ accountId, phoneNumberId, wamid, typing }: Read): Promise<void> =>
    withToken(credentials, accountId, (token) => api.markRead(token, phoneNumberId, wamid, { typing }));
