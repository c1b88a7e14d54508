import { TOLD_KINDS } from '@wbiz/contracts/message';
import type { OptOutWords } from '@wbiz/contracts/account';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import type { Projection } from '@wbiz/eventing/postgres/projection';
import { batchProjection } from '@wbiz/service-kit/projection';
import type { PoolClient } from 'pg';
import { contacts } from '../contact/contact.aggregate.js';
import { consentIn } from './consent.js';
import { optOutWords, type Says } from './opt-out-words.js';

/** Whoever writes in is on file from then on; one of the account's words, by itself, opts the person out or in again. */
export const whenMessageReceivedKnowThePerson = (
  store: Pick<EventStore, 'applyIn' | 'committed'>,
): Projection =>
  batchProjection({
    name: 'persons',
    types: ['message.received'],
    applied: () => store.committed(),
    all: async (received, db) => {
      const written = received.filter(({ data }) => !TOLD_KINDS.includes(data.kind));
      if (written.length === 0) return;
      const says = await wordsOf(db, [...new Set(written.map(({ accountId }) => accountId))]);
      const at = new Date().toISOString();
      const commands = written.flatMap(({ accountId, data, traceparent }) => {
        const person = {
          contactId: data.contactId,
          phone: data.from,
          userId: data.userId ?? null,
          at,
        };
        const said = consentIn(data, says.get(accountId)!);
        return [
          {
            accountId,
            traceparent,
            type: 'contact.note-inbound' as const,
            data: { ...person, name: data.name },
          },
          ...(said
            ? [
                {
                  accountId,
                  traceparent,
                  type: 'contact.note-opt' as const,
                  data: {
                    ...person,
                    optedIn: said === 'start',
                    how: `${said}_word` as const,
                    saidAt: data.receivedAt,
                  },
                },
              ]
            : []),
        ];
      });
      await store.applyIn(db, contacts, commands);
    },
  });

async function wordsOf(db: PoolClient, accountIds: readonly string[]): Promise<Map<string, Says>> {
  const { rows } = await db.query<{ id: string; words: Record<string, OptOutWords> | null }>({
    name: 'opt-out-words',
    text: 'select id, opt_out_words as words from contacts.accounts where id = any($1)',
    values: [accountIds],
  });
  const own = new Map(rows.map(({ id, words }) => [id, words]));
  return new Map(accountIds.map((id) => [id, optOutWords(own.get(id) ?? null)]));
}
