import { USER_ID } from '@wbiz/contracts/schema/text-fields';
import { fileName } from '@wbiz/contracts/media/file-name';
import { fitted } from '@wbiz/contracts/schema/fitted';
import {
  INBOUND_PAYLOADS,
  type InboundExtras,
  type InboundKind,
  type InboundPayload,
} from '@wbiz/contracts/inbound-payload';
import { isMediaKind, type MediaKind } from '@wbiz/contracts/media/types';
import type { MetaItem } from '@wbiz/contracts/meta/inbound';
import {
  camel,
  cut,
  entryOf,
  faultOf,
  filled,
  flag,
  idOf,
  number,
  object,
  objects,
  phoneOf,
  text,
  texts,
  userIdOf,
} from '@wbiz/contracts/meta/item';
import { flowReply } from './flow-reply.js';

/** A message's content: its kind, its text, and the rest as `INBOUND_PAYLOADS` describes it. */
export type InboundContent = {
  readonly kind: string;
  readonly body: string | null;
  readonly payload: Record<string, unknown> | null;
};
type Read = { readonly kind: InboundKind; readonly own: object; readonly body: string | undefined };
/** Reads the content of one type of Meta's messages; undefined if a required field is missing. */
type Reader = (content: MetaItem, message: MetaItem) => Read | undefined;

const read = <Kind extends InboundKind>(
  kind: Kind,
  own: Omit<InboundPayload<Kind>, keyof InboundExtras>,
  body?: string,
): Read => ({ kind, own, body });

const media =
  (kind: MediaKind): Reader =>
  ({ id, mime_type: mimeType, sha256, filename, voice, animated, caption }) =>
    read(
      kind,
      {
        metaId: idOf(id),
        mimeType: text(mimeType),
        sha256: text(sha256),
        filename: fileName(text(filename)) ?? undefined,
        voice: flag(voice),
        animated: flag(animated),
      },
      text(caption),
    );

/** Readers by Meta's `type` (Cloud API, webhook reference of `messages`). */
const READERS: Readonly<Record<string, Reader>> = {
  text: ({ body }) => read('text', {}, text(body)),
  image: media('image'),
  video: media('video'),
  audio: media('audio'),
  document: media('document'),
  sticker: media('sticker'),
  location: ({ latitude: north, longitude: east, name: called, address: at, url }) => {
    const [latitude, longitude, name, address] = [number(north), number(east), text(called), text(at)];
    if (latitude === undefined || longitude === undefined) return undefined;
    const words = [name, address].filter(Boolean).join(', ');
    return read(
      'location',
      { latitude, longitude, name, address, url: text(url) },
      words || `${latitude}, ${longitude}`,
    );
  },
  contacts: (_, message) => {
    const cards = objects(message['contacts']);
    const names = cards.map(({ name }) => text(object(name)['formatted_name'])).filter(Boolean);
    return read('contacts', { contacts: cards.map(camel) }, text(names.join(', ')));
  },
  interactive: (content) => {
    const type = text(content['type']);
    if (type === undefined) return undefined;
    const reply = object(content[type]);
    if (type === 'nfm_reply') return read('flow_reply', flowReply(reply), text(reply['body']));
    if (type !== 'button_reply' && type !== 'list_reply')
      return read('interactive', { type, reply: camel(reply) });
    const title = text(reply['title']);
    const description = text(reply['description']);
    return read('interactive', { type, id: idOf(reply['id']), title, description }, title);
  },
  button: ({ payload, text: words }) => read('button', { payload: text(payload) }, text(words)),
  reaction: ({ message_id: about, emoji }) => {
    const wamid = text(about);
    return wamid === undefined
      ? undefined
      : read('reaction', { wamid, emoji: text(emoji) ?? null }, text(emoji));
  },
  order: ({ catalog_id: catalogId, product_items: products, text: words }) => {
    const items = objects(products).map((item) => ({
      productRetailerId: idOf(item['product_retailer_id']) ?? '',
      quantity: number(item['quantity']) ?? 0,
      price: number(item['item_price']) ?? 0,
      currency: text(item['currency']) ?? '',
    }));
    const whole = items.every(({ productRetailerId, currency }) => productRetailerId && currency);
    return whole ? read('order', { catalogId: idOf(catalogId), items }, text(words)) : undefined;
  },
  system: (content) =>
    read(
      'system',
      {
        type: text(content['type']),
        phone: phoneOf(content['new_wa_id']) ?? phoneOf(content['wa_id']),
        userId: userIdOf(content['user_id']),
        previousUserId: previousUserIdOf(content),
        identity: text(content['identity']),
      },
      text(content['body']),
    ),
  request_welcome: () => read('request_welcome', {}),
  unsupported: ({ type }) => read('unsupported', { type: text(type) }),
  edit: ({ original_message_id: about, message }) => {
    const wamid = text(about);
    if (wamid === undefined) return undefined;
    const { kind, body, payload } = contentOf(object(message));
    return read('edit', { wamid, kind, content: payload }, body ?? undefined);
  },
  revoke: ({ original_message_id: about }) => {
    const wamid = text(about);
    return wamid === undefined ? undefined : read('revoke', { wamid });
  },
};

/**
 * A system message's former user id: from its field or, without one, its text ("User Asha changed from IN.1 to IN.2").
 */
export function previousUserIdOf({ previous_user_id: previous, body }: MetaItem): string | undefined {
  const [, inWords = ''] = /\bchanged from (\S+) to /.exec(text(body) ?? '') ?? [];
  return userIdOf(previous) ?? (USER_ID.test(inWords) ? inWords : undefined);
}

/** Whether the message has a file to fetch from Meta. */
export const holdsMedia = ({ kind, payload }: InboundContent): boolean =>
  isMediaKind(kind) && typeof payload?.['metaId'] === 'string';

/** The content of Meta's message. A message of unknown type or without a required field keeps Meta's fields. */
export function contentOf(message: MetaItem): InboundContent {
  const type = text(message['type']) ?? 'unsupported';
  const extras = extrasOf(message);
  const known = entryOf(READERS, type)?.(object(message[type]), message);
  const payload = known && fitted(INBOUND_PAYLOADS[known.kind], { ...known.own, ...extras });
  return {
    kind: known && payload ? known.kind : cut(type, { max: 30 }),
    body: (payload && known?.body) ?? null,
    payload: filled(payload ?? { ...rawOf(message), ...extras }),
  };
}

/** The fields of Meta's message, without those that the event holds already. */
function rawOf(message: MetaItem): MetaItem {
  const { from: _f, from_user_id: _u, id: _i, timestamp: _t, type: _k, context: _c, ...rest } = message;
  return rest;
}

function extrasOf(message: MetaItem): InboundExtras {
  const context = object(message['context']);
  const { catalog_id: catalog, product_retailer_id: retailer } = object(context['referred_product']);
  const [catalogId, productRetailerId] = [idOf(catalog), idOf(retailer)];
  const { welcome_message: welcome, ...referral } = object(message['referral']);
  const errors = objects(message['errors']);
  return {
    forwarded: flag(context['forwarded']),
    frequentlyForwarded: flag(context['frequently_forwarded']),
    groupId: idOf(message['group_id']),
    referral:
      filled({ ...camel(texts(referral)), welcomeMessage: text(object(welcome)['text']) }) ?? undefined,
    referredProduct: catalogId && productRetailerId ? { catalogId, productRetailerId } : undefined,
    errors: errors.length > 0 ? errors.map(faultOf) : undefined,
  };
}
