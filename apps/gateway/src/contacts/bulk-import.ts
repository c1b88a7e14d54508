import { setImmediate as nextTurn } from 'node:timers/promises';
import { CreateContact, type UpsertContactData, type UpsertedContact } from '@wbiz/contracts/contact';
import type { BulkContacts, BulkReceipt, BulkResult, BulkRow } from '@wbiz/contracts/contact-import';
import { isPlainObject } from '@wbiz/contracts/schema/json-values';
import { parseBody } from '@wbiz/contracts/schema/parse';
import type { Reply } from '@wbiz/eventing/message';
import type { Call } from '../access/call.js';
import type { Commands } from '../commands/commands.js';
import { hasTooManyFields, tooManyFields } from '../validation.pipe.js';
import { upsertOf } from './write-contact.js';

const ROWS_A_TURN = 50;

type Row = { readonly phone: string | null } & (
  { readonly upsert: UpsertContactData } | { readonly reason: string }
);

/** One command per valid row; rows of the same person take effect in order. */
export async function bulkImport(
  commands: Pick<Commands, 'executeAll'>,
  { contacts, defaultTags = [], defaultOptedIn = false }: BulkContacts,
  call: Call,
): Promise<BulkReceipt> {
  const rows: Row[] = [];
  for (const given of contacts) {
    rows.push(readRow(given, defaultTags, defaultOptedIn, call));
    if (rows.length % ROWS_A_TURN === 0) await nextTurn();
  }
  const upserts = rows.flatMap((row) => ('upsert' in row ? [row.upsert] : []));
  const replies = (await commands.executeAll(call, 'contact.upsert', upserts)).values();
  const results = rows.map((row, index): BulkRow => {
    const { phone } = row;
    return 'upsert' in row
      ? { index, phone, ...resultOf(replies.next().value!) }
      : { index, phone, id: null, result: 'skipped', reason: row.reason };
  });
  const count = (wanted: BulkResult) => results.filter(({ result }) => result === wanted).length;
  return { results, created: count('created'), updated: count('updated'), skipped: count('skipped') };
}

function readRow(given: unknown, defaultTags: readonly string[], optedInByDefault: boolean, call: Call): Row {
  if (hasTooManyFields(given)) return { phone: null, reason: tooManyFields().message };
  const { value, faults } = parseBody(CreateContact, given);
  const said = isPlainObject(given) ? given['phone'] : undefined;
  const phone = value.phone ?? (typeof said === 'string' ? said.slice(0, 40) : null);
  if (faults.length > 0) {
    const details = isPlainObject(given) ? faults.map(({ detail }) => detail) : ['A row must be an object.'];
    return { phone, reason: details.slice(0, 5).join(' ') };
  }
  const tags = [...(value.tags ?? []), ...defaultTags];
  const upsert = upsertOf(
    { ...value, ...(tags.length > 0 ? { tags } : {}) },
    { source: 'import', ...(optedInByDefault ? { optedInByDefault } : {}) },
    call,
  );
  return { phone, upsert };
}

function resultOf(reply: Reply<UpsertedContact>): Pick<BulkRow, 'id' | 'result' | 'reason'> {
  if (!reply.ok) return { id: null, result: 'skipped', reason: reply.error.message };
  const { id, created } = reply.data;
  return { id, result: created ? 'created' : 'updated', reason: null };
}
