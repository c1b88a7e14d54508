import { hash } from 'node:crypto';
import type { BulkResult } from '@wbiz/contracts/contact-import';
import type { ContactView, UpdateContact, UpsertContactData } from '@wbiz/contracts/contact';
import { contactIdOf } from '@wbiz/contracts/conversation';
import { newId } from '@wbiz/contracts/ids';
import type { Reply } from '@wbiz/eventing/message';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import { quiet } from '@wbiz/service-testing/quiet';
import { storeUnderTest } from '@wbiz/service-testing/store-under-test';
import { until } from '@wbiz/testing/stack';
import { contacts } from './contact/contact.aggregate.js';
import { ContactQueries } from './contact/contact.queries.js';
import { customFields } from './custom-field/custom-field.aggregate.js';
import { CustomFieldQueries } from './custom-field/custom-field.queries.js';
import { INLINE_PROJECTIONS } from './inline-projections.js';
import { LabelRemover } from './label/label-remover.js';
import { MIGRATIONS } from './migrations/migrations.js';
import { tags } from './tag/tag.aggregate.js';
import { TagQueries } from './tag/tag.queries.js';

/** A text that does not compress; each character takes six bytes in a search text. */
export const incompressible = (count: number) =>
  String.fromCodePoint(
    ...Array.from(
      { length: count },
      (_, index) => 0x4e00 + (hash('sha256', `${index}`, 'buffer').readUInt16BE() % 20_000),
    ),
  );

/** The contacts service without transports, on its own database: commands in, queries out. */
export async function contactsOnPostgres() {
  const tables = { schema: 'contacts', migrations: MIGRATIONS, inline: INLINE_PROJECTIONS };
  const { pool, schema, up, store, newStore, close } = await storeUnderTest(tables, { max: 12 });
  const [people, tagQueries, fieldQueries] = [
    new ContactQueries(pool),
    new TagQueries(pool),
    new CustomFieldQueries(pool),
  ];
  const remover = new LabelRemover({ pool, store, logger: quiet });
  const now = () => new Date().toISOString();
  let phones = 0;
  const command = { deadline: Date.now() + 600_000 };

  /** A new account, which no other test uses. */
  const account = (accountId = newId('acc')) => {
    const upsert = async (
      given: Partial<UpsertContactData> & { phone?: string | null },
      through: EventStore = store,
    ): Promise<{ id: string; result: BulkResult; reply: Reply }> => {
      const person = (given.phone ?? given.userId)!;
      const contactId = contactIdOf(accountId, person);
      const reply = await through.execute(contacts, {
        ...command,
        id: newId('cmd'),
        accountId,
        type: 'contact.upsert',
        data: { phone: null, userId: null, source: 'api', at: now(), by: 'key_1', ...given, contactId },
      });
      const made = reply?.ok && (reply.data as { created: boolean }).created;
      return { id: contactId, result: !reply?.ok ? 'skipped' : made ? 'created' : 'updated', reply: reply! };
    };
    const label = async (type: 'tag.create' | 'tag.delete', name: string) =>
      (await store.execute(tags, {
        ...command,
        id: newId('cmd'),
        accountId,
        type,
        data: { accountId, name, at: now() },
      }))!;
    const everything = async (ask: object): Promise<ContactView[]> => {
      const all: ContactView[] = [];
      for (let cursor: string | undefined; ;) {
        const page = await people.list({ accountId, limit: 200, ...ask, ...(cursor ? { cursor } : {}) });
        all.push(...page.data);
        if (page.nextCursor === null) return all;
        cursor = page.nextCursor;
      }
    };
    return {
      accountId,
      upsert,
      everything,
      update: async (contactId: string, change: UpdateContact) =>
        (await store.execute(contacts, {
          ...command,
          id: newId('cmd'),
          accountId,
          type: 'contact.update',
          data: { ...change, contactId, at: now(), by: 'key_2' },
        }))!,
      createTag: (name: string) => label('tag.create', name),
      deleteTag: (name: string) => label('tag.delete', name),
      createField: (key: string, type: 'text' | 'number') =>
        store.execute(customFields, {
          ...command,
          id: newId('cmd'),
          accountId,
          type: 'field.create',
          data: { accountId, key, type, at: now() },
        }),
      deleteField: (key: string) =>
        store.execute(customFields, {
          ...command,
          id: newId('cmd'),
          accountId,
          type: 'field.delete',
          data: { accountId, key, at: now() },
        }),
      get: (id: string) => people.get({ accountId, id }),
      list: (ask: object = {}) => people.list({ accountId, ...ask }),
      history: (id: string, ask: object = {}) => people.history({ accountId, id, ...ask }),
      optedOut: (contactId: string) => people.optedOut({ accountId, contactId }),
      tags: async (ask: object = {}) => (await tagQueries.list({ accountId, limit: 200, ...ask })).data,
      tagPage: (ask: object) => tagQueries.list({ accountId, ...ask }),
      counts: async () =>
        Object.fromEntries(
          (await tagQueries.list({ accountId, limit: 200 })).data.map(({ name, contactCount }) => [
            name,
            contactCount,
          ]),
        ),
      removals: async () => (await tagQueries.list({ accountId })).removals,
      fields: (ask: object = {}) => fieldQueries.list({ accountId, ...ask }),
      /** Resolves when no contact has a deleted label. */
      cleaned: async () => {
        remover.work.wake();
        await until(async () => {
          const { rows } = await pool.query('select from contacts.removals where account_id = $1', [
            accountId,
          ]);
          return rows.length === 0;
        });
      },
    };
  };

  return {
    pool,
    schema,
    up,
    store,
    newStore,
    remover,
    people,
    account,
    newPhone: () => `+9198${String((phones += 1)).padStart(8, '0')}`,
    close: async () => {
      await remover.work.stop();
      await close();
    },
  };
}
export type ContactsOnPostgres = Awaited<ReturnType<typeof contactsOnPostgres>>;
