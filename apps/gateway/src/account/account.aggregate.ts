import type { Aggregate } from '@wbiz/eventing/postgres/aggregate';
import { account, type AccountCommand, type AccountEvent, type AccountState } from './account.decider.js';

/** Connected WhatsApp Business Accounts; the stream is the account's id. */
export const accounts: Aggregate<AccountCommand, AccountState | null, AccountEvent> = {
  name: 'account',
  table: 'accounts',
  decider: account,
  stream: ({ data }) => data.accountId,
  published: ['account.updated', 'account.status', 'phone_number.quality'],
  reply: {},
};
