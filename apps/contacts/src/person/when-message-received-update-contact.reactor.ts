import type { OptOutWords } from '@wbiz/contracts/account';
import { personChange } from '@wbiz/contracts/inbound-payload';
import { TOLD_KINDS } from '@wbiz/contracts/message-words';
import type { MessageReceivedData } from '@wbiz/contracts/message';
import type { OwnCommand } from '@wbiz/eventing/aggregate';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import type { Projection } from '@wbiz/eventing/postgres/projection';
import { batchProjection } from '@wbiz/service-kit/projection';
import type { PoolClient } from 'pg';
import { contacts } from '../contact/contact.aggregate.js';
import type { ContactCommand } from '../contact/contact.messages.js';
import { consentIn } from './consent-in-message.js';
import { optOutWords, type Says } from './opt-out-words.js';

/**
 * Creates or updates the contact of a message's writer, changes of phone number and user id included. A message that is
 * only an opt-out or opt-in word opts the contact out or in.
 */
export const whenMessageReceivedUpdateContact = (
  store: Pick<EventStore, 'applyIn' | 'committed'>,
): Projection =>
  batchProjection({
    name: 'persons',
    types: ['message.received'],
    applied: () => store.committed(),
    all: async (received, db) => {
      const told = received.filter(({ data }) => !TOLD_KINDS.includes(data.kind) || personChange(data));
      if (told.length === 0) return;
      const says = await wordsOf(db, [...new Set(told.map(({ accountId }) => accountId))]);
      const at = new Date().toISOString();
      await store.applyIn(
        db,
        contacts,
        told.flatMap((event) => commandsOf(event, says.get(event.accountId)!, at)),
      );
    },
  });

function commandsOf({ accountId, data, traceparent }: Received, says: Says, at: string): Own[] {
  const { contactId, from: phone, userId = null, name, receivedAt: saidAt } = data;
  const own = { accountId, traceparent };
  const change = personChange(data);
  if (change) {
    const has = { phone: change.phone, userId: change.userId };
    return [{ ...own, type: 'contact.note-change', data: { contactId, ...has, at } }];
  }
  const person = { contactId, phone, userId, at };
  const said = consentIn(data, says);
  return [
    { ...own, type: 'contact.note-inbound', data: { ...person, name } },
    ...(said
      ? [
          {
            ...own,
            type: 'contact.note-opt' as const,
            data: { ...person, optedIn: said === 'start', how: `${said}_word` as const, saidAt },
          },
        ]
      : []),
  ];
}
type Received = {
  readonly accountId: string;
  readonly data: MessageReceivedData;
  readonly traceparent?: string | undefined;
};
type Own = OwnCommand<ContactCommand>;

async function wordsOf(db: PoolClient, accountIds: readonly string[]): Promise<Map<string, Says>> {
  const { rows } = await db.query<{ id: string; words: Record<string, OptOutWords> | null }>({
    name: 'opt-out-words',
    text: 'select id, opt_out_words as words from contacts.accounts where id = any($1)',
    values: [accountIds],
  });
  const own = new Map(rows.map(({ id, words }) => [id, words]));
  return new Map(accountIds.map((id) => [id, optOutWords(own.get(id) ?? null)]));
}
