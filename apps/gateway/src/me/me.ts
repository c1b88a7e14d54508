import type { AccountView, MeView } from '@wbiz/contracts/account';
import type { Peers } from '@wbiz/service-kit/peers';
import { apiKeyView } from '../access/api-key.js';
import type { Call } from '../access/call.js';
import { limitOf } from '../access/rate-limit.js';

export function meView({ key, account: { id, wabaId, name, status, phoneNumbers } }: Call): MeView {
  return { key: apiKeyView(key), account: { id, wabaId, name, status }, phoneNumbers };
}

/** The UTC calendar month that contains `now`. */
export function billingMonth(now: Date): { start: string; end: string } {
  const first = (month: number) => new Date(Date.UTC(now.getUTCFullYear(), month, 1)).toISOString();
  return { start: first(now.getUTCMonth()), end: first(now.getUTCMonth() + 1) };
}

export async function accountView(
  { key, account }: Call,
  month: { start: string; end: string },
  peers: Pick<Peers, 'ask'>,
): Promise<AccountView> {
  const { id, plan, entitled, status, trialEndsAt } = account;
  const usage = await peers.ask('message.usage', { accountId: id, since: month.start });
  const limits = limitOf(key, account) ?? { perMinute: null, burst: null };
  return { id, plan, entitled, status, trialEndsAt, currentPeriod: { ...month, ...usage }, limits };
}
