import type { PhoneNumber } from '../graph/nodes.js';
import { unixSeconds } from '../graph/times.js';

/** One message, one status, or the whole change value of another field. */
export type WebhookItem =
  | {
      readonly part: 'messages' | 'statuses';
      readonly phone: PhoneNumber;
      readonly item: object;
      /** The sender of a message, or the recipient of a status. */
      readonly contact?: object | undefined;
    }
  | { readonly part: 'field'; readonly wabaId: string; readonly field: string; readonly value: object };

/** Meta's envelope: one entry per WABA; neighbouring items of one number share a change. */
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
        // Keeps `contacts` ahead of the items, as Meta writes it; JSON drops it if it stays undefined.
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
