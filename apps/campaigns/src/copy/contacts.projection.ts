import { caseless } from '@wbiz/contracts/text/caseless';
import type { ContactView } from '@wbiz/contracts/contact';
import { tagKey } from '@wbiz/contracts/tag';
import { batchProjection, type LoggedEvent } from '@wbiz/service-kit/projection';
import { comparisonForm, templateForm } from './contact-values.js';
import { logPosition } from './log-position.js';

const COLUMNS = `account_id, contact_id, phone, user_id, name, email, fields, name_key, email_key, field_keys, tags,
  opted_in, source, created_at, updated_at, sequence`;

/** This service's copy of the contacts. A merged contact keeps its row; merged_into names the surviving contact. */
export const contacts = batchProjection({
  name: 'contacts',
  types: ['contact.created', 'contact.updated', 'contact.merged'],
  all: async (events, db) => {
    const told = events.filter((event) => event.type !== 'contact.merged');
    const last = new Map(told.map((event) => [event.data.contactId, event]));
    if (last.size > 0)
      await db.query({
        name: 'contacts-told',
        text: `insert into campaigns.contacts (${COLUMNS}) select ${COLUMNS} from json_to_recordset($1) as told (
                 account_id text, contact_id text, phone text, user_id text, name text, email text, fields jsonb,
                 name_key text, email_key text, field_keys jsonb, tags text[], opted_in boolean, source text,
                 created_at text, updated_at text, sequence bigint)
               order by account_id, contact_id
               on conflict (account_id, contact_id) do update set phone = excluded.phone, user_id = excluded.user_id,
                 name = excluded.name, email = excluded.email, fields = excluded.fields, name_key = excluded.name_key,
                 email_key = excluded.email_key, field_keys = excluded.field_keys, tags = excluded.tags,
                 opted_in = excluded.opted_in, source = excluded.source, created_at = excluded.created_at,
                 updated_at = excluded.updated_at, sequence = excluded.sequence`,
        values: [JSON.stringify([...last.values()].map(rowOf))],
      });
    const merged = events.filter((event) => event.type === 'contact.merged');
    // One statement per merge: contacts merge in chains and in any order, and merged_into must name the last survivor.
    for (const { accountId, data } of merged)
      await db.query({
        name: 'contact-merged',
        text: `update campaigns.contacts c set merged_into = coalesce(
                 (select t.merged_into from campaigns.contacts t where t.account_id = $1 and t.contact_id = $3), $3)
               where c.account_id = $1 and (c.contact_id = $2 or c.merged_into = $2)`,
        values: [accountId, data.contactId, data.into],
      });
  },
});

function rowOf(event: LoggedEvent<'contact.created' | 'contact.updated'>) {
  const { contactId, contact } = event.data;
  const { phone, name, email, tags, customFields } = contact;
  const fields = Object.entries(customFields).filter(([, value]) => String(value).trim() !== '');
  return {
    account_id: event.accountId,
    contact_id: contactId,
    phone,
    user_id: contact.userId,
    name: templateForm(name),
    email: templateForm(email),
    fields: Object.fromEntries(fields.map(([key, value]) => [key, templateForm(value)])),
    name_key: keyOf(name),
    email_key: keyOf(email),
    field_keys: Object.fromEntries(fields.map(([key, value]) => [key, comparisonForm(value)])),
    tags: tags.map(tagKey),
    opted_in: contact.optedIn,
    source: contact.source,
    created_at: timeOf(contact, 'createdAt'),
    updated_at: timeOf(contact, 'updatedAt'),
    sequence: logPosition(event),
  };
}

const keyOf = (text: string | null) => (text === null ? null : caseless(text));
const timeOf = (contact: ContactView, field: 'createdAt' | 'updatedAt') =>
  String(comparisonForm(contact[field]));
