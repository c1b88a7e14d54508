import type { InteractiveHeader, InteractiveKind } from '@wbiz/contracts/interactive';
import type { AnySend, SendKind, SendRequest } from '@wbiz/contracts/send';
import { composeFlow } from './compose-flow.js';
import { composeTemplate } from './compose-template.js';
import { defined, documentName, metaIdFor, refused, type Composed, type Referenced } from './graph-body.js';

/** The id of a medium, and the JSON pointer of the field that names it. */
type Reference = { readonly id: string; readonly pointer: string };

/** Per kind of send: its media, its body for Meta, and its text in the inbox. */
const KINDS: {
  readonly [Kind in SendKind]: {
    readonly media?: (request: SendRequest<Kind>) => readonly Reference[];
    readonly compose: (request: SendRequest<Kind>, referenced: Referenced, messageId: string) => Composed;
  };
} = {
  text: {
    compose: ({ body, previewUrl }) => ({
      content: { type: 'text', text: defined({ body, preview_url: previewUrl }) },
      body,
      payload: null,
    }),
  },
  template: {
    media: ({ headerMediaId, cards = [] }) => [
      ...reference(headerMediaId, '/headerMediaId'),
      ...cards.flatMap((card, index) => reference(card.headerMediaId, `/cards/${index}/headerMediaId`)),
    ],
    compose: composeTemplate,
  },
  media: {
    media: ({ mediaId }) => reference(mediaId, '/mediaId'),
    compose: ({ type, mediaId, link, caption, voice, ...given }, referenced) => {
      const filename =
        type === 'document' ? documentName({ mediaId, link, ...given }, referenced) : undefined;
      const id = metaIdFor(type, mediaId, referenced, '/mediaId');
      return {
        content: { type, [type]: defined({ id, link, caption, filename, voice }) },
        body: caption ?? null,
        payload: defined({ mediaId, link, filename, voice }),
      };
    },
  },
  interactive: {
    media: ({ header }) => reference(header?.mediaId, '/header/mediaId'),
    compose: (request, referenced) => ({
      content: {
        type: 'interactive',
        interactive: defined({
          ...ACTIONS[request.kind](request),
          header: request.header && headerOf(request.header, referenced),
          body: { text: request.body },
          footer: request.footer === undefined ? undefined : { text: request.footer },
        }),
      },
      body: request.body,
      payload: ownFields(request, 'body'),
    }),
  },
  location: {
    compose: (request) => {
      const location = ownFields(request);
      return { content: { type: 'location', location }, body: null, payload: location };
    },
  },
  reaction: {
    compose: ({ emoji, wamid, messageId }, { reactedWamid }) => ({
      content: { type: 'reaction', reaction: { message_id: wamid ?? reactedWamid, emoji } },
      body: emoji === '' ? null : emoji,
      payload: defined({ emoji, wamid: wamid ?? reactedWamid, messageId }),
    }),
  },
  contacts: {
    compose: ({ contacts }) => ({
      content: { type: 'contacts', contacts: contacts.map(metaContact) },
      body: contacts[0]!.name.formattedName + (contacts.length > 1 ? ` +${contacts.length - 1}` : ''),
      payload: { contacts },
    }),
  },
  flow: { compose: composeFlow },
};

type AnyKind = {
  readonly media?: (request: SendRequest) => readonly Reference[];
  readonly compose: (request: SendRequest, referenced: Referenced, messageId: string) => Composed;
};
const kindOf = ({ kind }: AnySend) => KINDS[kind] as AnyKind;

/** The uploaded media that a send names. */
export const mediaOf = (sent: AnySend): readonly Reference[] => kindOf(sent).media?.(sent.request) ?? [];

/**
 * The body for Meta of a request. Throws a Rejection if a medium, message or template in it does not exist or cannot be
 * sent.
 */
export function compose(sent: AnySend & { readonly messageId: string }, referenced: Referenced): Composed {
  for (const { id, pointer } of mediaOf(sent))
    if (!referenced.media.has(id)) throw refused('media_not_found', `There is no media ${id}.`, pointer);
  if (sent.kind === 'reaction' && sent.request.messageId !== undefined && referenced.reactedWamid === null)
    throw refused(
      'reply_target_not_found',
      `There is no message ${sent.request.messageId} to react to.`,
      '/messageId',
    );
  return kindOf(sent).compose(sent.request, referenced, sent.messageId);
}

/** Meta's type and action per kind of interactive message. */
const ACTIONS: {
  readonly [Kind in InteractiveKind]: (card: SendRequest<'interactive'>) => { type: string; action: object };
} = {
  buttons: ({ buttons = [] }) => ({
    type: 'button',
    action: { buttons: buttons.map(({ id, title }) => ({ type: 'reply', reply: { id, title } })) },
  }),
  list: ({ button, sections }) => ({ type: 'list', action: { button, sections } }),
  cta_url: ({ displayText, url }) => ({
    type: 'cta_url',
    action: { name: 'cta_url', parameters: { display_text: displayText, url } },
  }),
};

function headerOf(header: InteractiveHeader, referenced: Referenced) {
  const { type, text, mediaId, link } = header;
  if (type === 'text') return { type, text };
  const id = metaIdFor(type, mediaId, referenced, '/header/mediaId');
  const filename = type === 'document' ? documentName(header, referenced) : undefined;
  return { type, [type]: defined({ id, link, filename }) };
}

/** A contact card for Meta, which requires a second name part beside the formatted name (contacts page). */
function metaContact({ name, ...contact }: SendRequest<'contacts'>['contacts'][number]) {
  const parts = Object.keys(name).length > 1 ? name : { ...name, firstName: name.formattedName };
  return snakeCase({ name: parts, ...contact });
}

/** The same JSON with Meta's field names (snake_case). */
function snakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeCase(inner),
    ]),
  );
}

const COMMON = ['to', 'from', 'replyTo', 'metadata'];

/** The fields of a request, without those in COMMON and in `without`. */
const ownFields = (request: object, ...without: string[]) =>
  Object.fromEntries(
    Object.entries(request).filter(([name]) => !COMMON.includes(name) && !without.includes(name)),
  );

const reference = (id: string | undefined, pointer: string) => (id === undefined ? [] : [{ id, pointer }]);
