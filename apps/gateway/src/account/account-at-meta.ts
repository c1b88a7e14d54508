import type { CloudApi } from '@wbiz/cloud-api/cloud-api';
import type { AccountAtMeta } from '@wbiz/contracts/account';
import { askMeta, callMeta } from './connect-account.js';
import { reportedNumber } from './reported-number.js';

/** Reads the account at Meta; stores nothing. Throws what connecting throws. */
export async function accountAtMeta(
  cloudApi: Pick<CloudApi, 'debugToken' | 'getWaba' | 'listPhoneNumbers' | 'listSubscribedApps'>,
  accessToken: string,
  wabaId: string,
): Promise<AccountAtMeta> {
  const askedAt = new Date().toISOString();
  const [{ token, waba, numbers }, apps] = await Promise.all([
    askMeta(cloudApi, accessToken, wabaId),
    callMeta(wabaId, () => cloudApi.listSubscribedApps(accessToken, wabaId)),
  ]);
  return {
    wabaName: waba.name ?? null,
    reviewStatus: waba.account_review_status ?? null,
    businessVerification: waba.business_verification_status ?? null,
    tokenExpiresAt: token.expires_at ? new Date(token.expires_at * 1_000).toISOString() : null,
    subscribed: apps.some(({ id }) => id === token.app_id),
    subscribedApps: apps.map(({ id, name = null }) => ({ id, name })),
    phoneNumbers: numbers.map((number) => ({
      ...reportedNumber(number),
      nameStatus: number.name_status ?? null,
      status: number.status ?? null,
    })),
    askedAt,
  };
}
