import { isPlainObject } from '@wbiz/contracts/schema/json-values';
import { INBOUND_KEYS } from '@wbiz/contracts/meta/inbound-keys';
import { LIMITS } from '@wbiz/contracts/limits';
import {
  META_CHANGE,
  META_ECHO,
  META_MESSAGE,
  META_STATUS,
  type MetaChange,
  type MetaContact,
  type MetaEcho,
  type MetaItem,
  type MetaMessage,
  type MetaStatus,
} from '@wbiz/contracts/meta/inbound';
import { idOf, object, objects, text, timeOf } from '@wbiz/contracts/meta/item';

/** One item of a webhook body; items with the same key stay in order. */
export type InboundItem = { readonly key: string } & (
  | { readonly type: typeof META_MESSAGE; readonly data: MetaMessage }
  | { readonly type: typeof META_ECHO; readonly data: MetaEcho }
  | { readonly type: typeof META_STATUS; readonly data: MetaStatus }
  | { readonly type: typeof META_CHANGE; readonly data: MetaChange }
);

/** A body's items in Meta's order; `unreadable`: the number of parts that could not be read as items. */
export type SplitWebhook = { readonly items: readonly InboundItem[]; readonly unreadable: number };

/** Fields with messages: what people write, and what the owner writes in the WhatsApp Business app. */
const MESSAGE_FIELDS: readonly string[] = ['messages', 'smb_message_echoes'];

const LONG_NUMBER = /[:[,]\s*-?\d{16,}/;

const UNSTORABLE =
  /\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u(?:[dD][89a-fA-F][\da-fA-F]{2}|0000)/g;

/** Parses Meta's JSON; integers too long for a double (such as template ids) become strings of their digits. */
export function parseMetaJson(given: string): unknown {
  // Replace lone surrogates and NUL: Postgres cannot store them, and the rest of the message must survive.
  const json = given.replace(UNSTORABLE, (pair) => (pair.length === 12 ? pair : '\\ufffd'));
  if (!LONG_NUMBER.test(json)) return JSON.parse(json);
  return JSON.parse(json, ((_key: string, value: unknown, { source }: { source: string }) =>
    Number.isInteger(value) && !Number.isSafeInteger(value) ? source : value) as (
    key: string,
    value: unknown,
  ) => unknown);
}

/**
 * Splits a webhook body into messages, statuses and other changes (Meta's webhooks overview: up to 1,000 per body). A
 * person's messages, statuses and echoes share a key; other changes are keyed by WABA. Unknown shapes are kept as
 * changes, whatever their field.
 */
export function splitWebhook(body: unknown, receivedAt: string): SplitWebhook {
  const items: InboundItem[] = [];
  let unreadable = 0;
  const readable = (value: unknown): MetaItem[] => {
    const list = Array.isArray(value) ? value : [value];
    const found = objects(list);
    unreadable += list.length - found.length;
    return found;
  };

  /** Adds the items of a change's value; returns the rest of it if it must be kept as a change. */
  const splitMessages = (wabaId: string, value: MetaItem): MetaItem | undefined => {
    const metadata = object(value['metadata']);
    const phoneNumberId = text(metadata['phone_number_id'], LIMITS.metaId);
    if (phoneNumberId === undefined) return value;
    const of = { wabaId, phoneNumberId, receivedAt };
    const contacts = objects(value['contacts']);
    const displayPhoneNumber = text(metadata['display_phone_number']) ?? null;
    const { messages: told, statuses: reported, message_echoes: echoed, ...rest } = value;
    const [messages, statuses, echoes] = [told, reported, echoed].map((list) =>
      list === undefined ? [] : readable(list),
    ) as [MetaItem[], MetaItem[], MetaItem[]];
    for (const message of messages) {
      const { from, from_user_id: userId } = message;
      const data = { ...of, displayPhoneNumber, contact: contactOf(from, userId, contacts), message };
      items.push({ key: INBOUND_KEYS[META_MESSAGE](data), type: META_MESSAGE, data });
    }
    for (const status of statuses) {
      const data = { ...of, status };
      items.push({ key: INBOUND_KEYS[META_STATUS](data), type: META_STATUS, data });
    }
    for (const message of echoes) {
      const { to, to_user_id: userId } = message;
      const data = { ...of, displayPhoneNumber, contact: contactOf(to, userId, contacts), message };
      items.push({ key: INBOUND_KEYS[META_ECHO](data), type: META_ECHO, data });
    }
    const wasSplit = told !== undefined || reported !== undefined || echoed !== undefined;
    return wasSplit && value['errors'] === undefined ? undefined : rest;
  };

  for (const { id, time, changes } of readable(object(body)['entry'])) {
    const wabaId = idOf(id) ?? '';
    const at = timeOf(time, receivedAt);
    for (const { field, value } of readable(changes)) {
      if (typeof field !== 'string' || !isPlainObject(value)) {
        unreadable += 1;
        continue;
      }
      const rest = MESSAGE_FIELDS.includes(field) ? splitMessages(wabaId, value) : value;
      if (rest === undefined) continue;
      const data = { wabaId, receivedAt, at, field, value: rest };
      items.push({ key: INBOUND_KEYS[META_CHANGE](data), type: META_CHANGE, data });
    }
  }
  return { items, unreadable };
}

function contactOf(phone: unknown, userId: unknown, contacts: readonly MetaItem[]): MetaContact | null {
  const own = contacts.find(
    (one) =>
      (phone !== undefined && one['wa_id'] === phone) || (userId !== undefined && one['user_id'] === userId),
  );
  // wa_id and the message may spell the same number differently.
  return own ?? (contacts.length === 1 ? contacts[0]! : null);
}
