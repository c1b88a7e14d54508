import type { PhoneNumber } from '../graph/nodes.js';
import { unixSeconds } from '../graph/times.js';

/** A message, a status, or, for other webhook fields, the whole `value` of a change. */
export type WebhookItem =
  | {
      readonly part: 'messages' | 'statuses';
      readonly phone: PhoneNumber;
      readonly item: object;
      /** The sender of a message, or the recipient of a status. */
      readonly contact?: object | undefined;
    }
  | { readonly part: 'field'; readonly wabaId: string; readonly field: string; readonly value: object };

/** The webhook's body: one `entry` per WABA; consecutive items of one phone number share a change. */
export function envelope(items: readonly WebhookItem[]) {
  const entries = new Map<string, { id: string; time?: number; changes: object[] }>();
  let open: { phone: PhoneNumber; part: string; list: object[]; value: { contacts?: object[] } } | undefined;
  for (const item of items) {
    const id = item.part === 'field' ? item.wabaId : item.phone.wabaId;
    let entry = entries.get(id);
    if (entry === undefined) entries.set(id, (entry = { id, changes: [] }));
    if (item.part === 'field') {
      open = undefined;
      entry.time = unixSeconds();
      entry.changes.push({ field: item.field, value: item.value });
      continue;
    }
    if (open?.phone !== item.phone || open.part !== item.part) {
      const list: object[] = [];
      const value: { contacts?: object[] } = {
        messaging_product: 'whatsapp',
        metadata: { display_phone_number: item.phone.digits, phone_number_id: item.phone.id },
        // Reserves the place of `contacts` before the items, as in Meta's JSON; if it stays undefined, JSON leaves it out.
        contacts: undefined,
        [item.part]: list,
      } as object;
      open = { phone: item.phone, part: item.part, list, value };
      entry.changes.push({ field: 'messages', value });
    }
    open.list.push(item.item);
    if (item.contact !== undefined) (open.value.contacts ??= []).push(item.contact);
  }
  return { object: 'whatsapp_business_account', entry: [...entries.values()] };
}
