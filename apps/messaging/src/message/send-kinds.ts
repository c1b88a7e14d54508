import type { AnySend, SendKind, SendRequest } from '@wbiz/contracts/send';
import type { InteractiveHeader, InteractiveKind } from '@wbiz/contracts/interactive';
import type { TemplateView } from '@wbiz/contracts/template';
import { canGoAs, type MediaKind } from '@wbiz/contracts/media-types';
import { Rejection } from '@wbiz/eventing/rejection';
import { composeFlow } from './compose-flow.js';

/** A body for `POST /{phone-number-id}/messages`, without recipient and callback data. */
export type GraphBody = { readonly type: string } & Readonly<Record<string, unknown>>;
/** What stands in a body for Meta's id of a medium while Meta has no copy of it; no field of Meta's called `id` is an object. */
type MetaMediaId = string | { readonly mediaId: string };
type Composed = {
  readonly content: GraphBody;
  readonly body: string | null;
  readonly payload: Record<string, unknown> | null;
};
/** The template as it was looked up; `unavailable`: our copy lacks it and its owner could not be asked. */
export type Template = TemplateView | null | 'unavailable';
/** What was looked up of what a request names: null where there is no such thing. */
export type Named = {
  readonly template: Template;
  /** `mimeType` is null for one that goes by Meta's own id. */
  readonly medium: { readonly metaId: MetaMediaId; readonly mimeType: string | null } | null;
  /** The wamid of the message reacted to. */
  readonly reactedWamid: string | null;
};
type Reference = { readonly id: string; readonly pointer: string };

/** Per kind of send: the medium it names, what Meta is told, and what the inbox shows of it. */
const KINDS: {
  readonly [Kind in SendKind]: {
    readonly medium?: (request: SendRequest<Kind>) => Reference | undefined;
    readonly compose: (request: SendRequest<Kind>, named: Named) => Composed;
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
    medium: ({ headerMediaId: id }) => reference(id, '/headerMediaId'),
    compose: composeTemplate,
  },
  media: {
    medium: ({ mediaId: id }) => reference(id, '/mediaId'),
    compose: ({ type, mediaId, link, caption, filename }, named) => ({
      content: { type, [type]: defined({ id: metaIdFor(type, named, '/mediaId'), link, caption, filename }) },
      body: caption ?? null,
      payload: defined({ mediaId, link, filename }),
    }),
  },
  interactive: {
    medium: ({ header }) => reference(header?.mediaId, '/header/mediaId'),
    compose: (request, named) => ({
      content: {
        type: 'interactive',
        interactive: defined({
          ...ACTIONS[request.kind](request),
          header: request.header && headerOf(request.header, named),
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
  readonly medium?: (request: SendRequest) => Reference | undefined;
  readonly compose: (request: SendRequest, named: Named) => Composed;
};
const kindOf = ({ kind }: AnySend) => KINDS[kind] as AnyKind;

/** The uploaded medium that a send names, and the field that names it. */
export const mediumOf = (sent: AnySend): Reference | undefined => kindOf(sent).medium?.(sent.request);

/** Turns a request into Meta's body. Throws a Rejection where what it names is not there, or does not allow it. */
export function compose(sent: AnySend, named: Named): Composed {
  const medium = mediumOf(sent);
  if (medium && named.medium === null)
    throw refused('media_not_found', `There is no media ${medium.id}.`, medium.pointer);
  if (sent.kind === 'reaction' && sent.request.messageId !== undefined && named.reactedWamid === null)
    throw refused(
      'reply_target_not_found',
      `There is no message ${sent.request.messageId} to react to.`,
      '/messageId',
    );
  return kindOf(sent).compose(sent.request, named);
}

/** Kinds and actions of Meta's, per kind of card. */
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

const headerOf = ({ type, text, link, filename }: InteractiveHeader, named: Named) => ({
  type,
  [type]: type === 'text' ? text : defined({ id: metaIdFor(type, named, '/header/mediaId'), link, filename }),
});

/** Undefined where no medium is named. Throws where it cannot go as this kind. */
function metaIdFor(kind: MediaKind, { medium }: Named, pointer: string): MetaMediaId | undefined {
  if (medium?.mimeType && !canGoAs(kind, medium.mimeType))
    throw refused('invalid_request', `A file of type ${medium.mimeType} cannot be sent as ${kind}.`, pointer);
  return medium?.metaId;
}

/** Meta wants a further part of a name beside the formatted one (contacts page). */
function metaContact({ name, ...contact }: SendRequest<'contacts'>['contacts'][number]) {
  const parts = Object.keys(name).length > 1 ? name : { ...name, firstName: name.formattedName };
  return snakeCase({ name: parts, ...contact });
}

/** The same JSON with field names as Meta writes them. */
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

/** What a request holds beyond what every send does. */
const ownFields = (request: object, ...without: string[]) =>
  Object.fromEntries(
    Object.entries(request).filter(([name]) => !COMMON.includes(name) && !without.includes(name)),
  );

const defined = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const reference = (id: string | undefined, pointer: string) =>
  id === undefined ? undefined : { id, pointer };

type Values = string[] | Record<string, string> | undefined;

type OfTemplate = SendRequest<'template'>;

function composeTemplate(request: OfTemplate, facts: Named): Composed {
  const { template } = facts;
  if (template === 'unavailable')
    throw new Rejection('unavailable', 'Templates cannot be looked up right now.');
  if (!template)
    throw new Rejection(
      'template_not_found',
      `There is no template ${request.template} in ${request.language}.`,
    );
  if (template.status !== 'approved')
    throw new Rejection(
      'template_not_approved',
      `The template ${template.name} (${template.language}) is ${template.status}; only an approved one can be sent.`,
    );
  const component = (type: string) => template.components.find((part) => part.type.toUpperCase() === type);
  const header = component('HEADER');
  const headerFormat = header?.format?.toUpperCase() ?? 'TEXT';
  const headerNames = headerFormat === 'TEXT' ? placeholders(header?.text) : [];
  const bodyNames = placeholders(component('BODY')?.text);

  const values = assign(request.variables, [...headerNames, ...bodyNames], 'variables');
  const named = template.parameterFormat === 'NAMED';
  const texts = (names: readonly string[], from: number) =>
    names.map((name, index) => ({
      type: 'text',
      ...(named ? { parameter_name: name } : {}),
      text: values[from + index]!,
    }));

  const components: unknown[] = [];
  if (headerNames.length > 0) components.push({ type: 'header', parameters: texts(headerNames, 0) });
  if (header && MEDIA_HEADERS.has(headerFormat))
    components.push({ type: 'header', parameters: [mediaParameter(request, facts, headerFormat)] });
  if (bodyNames.length > 0)
    components.push({ type: 'body', parameters: texts(bodyNames, headerNames.length) });

  const buttons = (component('BUTTONS')?.buttons ?? [])
    .map((button, index) => ({ button, index }))
    .filter(({ button }) => BUTTON_PARAMETERS[button.type.toUpperCase()]?.wanted(button));
  const buttonValues = assign(
    request.buttonVariables,
    buttons.map((_, index) => String(index + 1)),
    'buttonVariables',
  );
  buttons.forEach(({ button, index }, nth) => {
    const { subType, parameter } = BUTTON_PARAMETERS[button.type.toUpperCase()]!;
    components.push({
      type: 'button',
      sub_type: subType,
      index: String(index),
      parameters: [parameter(buttonValues[nth]!)],
    });
  });

  return {
    content: {
      type: 'template',
      template: {
        name: template.name,
        language: { code: template.language },
        ...(components.length > 0 ? { components } : {}),
      },
    },
    body: filled(component('BODY')?.text, bodyNames, values.slice(headerNames.length)),
    payload: {
      template: template.name,
      language: template.language,
      ...(request.variables ? { variables: request.variables } : {}),
    },
  };
}

const MEDIA_HEADERS = new Set(['IMAGE', 'VIDEO', 'DOCUMENT']);

/** The buttons that take a value when sent; Meta's names of them in a send. */
const BUTTON_PARAMETERS: Readonly<
  Record<
    string,
    { subType: string; wanted: (button: { url?: string }) => boolean; parameter: (value: string) => unknown }
  >
> = {
  URL: {
    subType: 'url',
    wanted: ({ url }) => url?.includes('{{') ?? false,
    parameter: (text) => ({ type: 'text', text }),
  },
  COPY_CODE: {
    subType: 'copy_code',
    wanted: () => true,
    parameter: (code) => ({ type: 'coupon_code', coupon_code: code }),
  },
  OTP: { subType: 'url', wanted: () => true, parameter: (text) => ({ type: 'text', text }) },
};

/** The placeholders of a text in order of their first use: `1`, `2` … or names. */
function placeholders(text: string | undefined): string[] {
  const found = [...(text ?? '').matchAll(/\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g)].map(([, name]) => name!);
  const unique = [...new Set(found)];
  return unique.every((name) => /^\d+$/.test(name)) ? unique.sort((a, b) => Number(a) - Number(b)) : unique;
}

/** The values for the wanted names, in order; a Rejection when a number or a name does not fit. */
function assign(given: Values, wanted: readonly string[], field: string): string[] {
  const mismatch = (detail: string) => refused('template_variables_mismatch', detail, `/${field}`);
  if (given === undefined || Array.isArray(given)) {
    const count = given?.length ?? 0;
    if (count !== wanted.length)
      throw mismatch(
        `The template takes ${wanted.length} ${field}, ${count} ${count === 1 ? 'was' : 'were'} given.`,
      );
    return given ?? [];
  }
  const missing = wanted.filter((name) => !Object.hasOwn(given, name));
  const unknown = Object.keys(given).filter((name) => !wanted.includes(name));
  if (missing.length > 0) throw mismatch(`The template also takes ${missing.join(', ')} in ${field}.`);
  if (unknown.length > 0) throw mismatch(`The template takes no ${unknown.join(', ')} in ${field}.`);
  return wanted.map((name) => given[name]!);
}

function mediaParameter(request: OfTemplate, named: Named, format: string) {
  const { headerMediaId, headerLink } = request;
  if ((headerMediaId === undefined) === (headerLink === undefined))
    throw refused(
      'template_variables_mismatch',
      `The template has a header of type ${format.toLowerCase()}: give either headerMediaId or headerLink.`,
      '/headerLink',
    );
  const type = format.toLowerCase() as MediaKind;
  const id = metaIdFor(type, named, '/headerMediaId');
  return { type, [type]: headerMediaId === undefined ? { link: headerLink } : { id } };
}

const filled = (text: string | undefined, names: readonly string[], values: readonly string[]) =>
  text?.replace(/\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g, (_, name: string) => values[names.indexOf(name)] ?? '') ??
  null;

/** A refusal that names the field it is about. */
export const refused = (code: string, detail: string, pointer: string) =>
  new Rejection(code, detail, [{ pointer, code, detail }]);
