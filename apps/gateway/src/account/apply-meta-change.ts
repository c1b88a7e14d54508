import type { MetaChange } from '@wbiz/contracts/meta/inbound';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { type AccountCommand, accounts } from './account.decider.js';
import type { AccountQueries } from './account.queries.js';
import { noteOf } from './meta-change.js';

/** Stores a change that Meta reports on a known account or its phone numbers; ignores all other changes. */
export async function applyMetaChange(
  change: MetaChange,
  queries: Pick<AccountQueries, 'find'>,
  store: Pick<EventStore, 'apply'>,
): Promise<void> {
  const noted = noteOf(change);
  const found = noted && (await queries.find(noted.wabaId));
  if (!found) return;
  const { accountId } = found;
  const command = { type: noted.type, data: { ...noted.note, accountId, at: change.at } } as AccountCommand;
  await store.apply(accounts, { ...command, accountId, actor: 'meta' });
}
