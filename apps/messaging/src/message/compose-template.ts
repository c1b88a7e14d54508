import type { MediaKind } from '@wbiz/contracts/media/types';
import { entryOf, objects } from '@wbiz/contracts/meta/item';
import type { FieldFault } from '@wbiz/contracts/problem';
import type { SendRequest } from '@wbiz/contracts/send';
import type { TemplateView } from '@wbiz/contracts/template';
import { buttonsOf, cardsOf, componentOf, formatOf, word } from '@wbiz/contracts/template/components';
import { fillTemplate, type FilledButton, type FilledTemplate } from '@wbiz/contracts/template/filling';
import { renderedOf } from '@wbiz/contracts/template/rendering';
import type { TemplateButton } from '@wbiz/contracts/template/values';
import { Rejection } from '@wbiz/eventing/rejection';
import { defined, documentName, metaIdFor, type Composed, type Named } from './graph-body.js';

type Request = SendRequest<'template'>;
type Given = Pick<Request, 'headerMediaId' | 'headerLink' | 'headerFilename' | 'headerLocation' | 'buttons'>;
/** A template or one card of its carousel. `given`: its values in the request; `at`: the JSON pointer to them. */
type Part = {
  readonly filled: FilledTemplate;
  readonly given: Given;
  readonly at: string;
  readonly named: boolean;
  readonly facts: Named;
  readonly messageId: string;
  readonly faults: FieldFault[];
};

/**
 * The body for Meta, with exactly the parameters that the template takes. Throws a Rejection with a fault for each
 * value that does not fit and each part that cannot be sent.
 */
export function composeTemplate(request: Request, facts: Named, messageId: string): Composed {
  const template = sendable(request, facts.template);
  const { filled, faults: mismatches } = fillTemplate(template, request);
  const faults = [...unsupported(template.components), ...mismatches];
  const named = template.parameterFormat === 'NAMED';
  const part = { filled, given: request, at: '', named, facts, messageId, faults };
  const components = [...componentsOf(part), ...offerOf(part, request), ...carouselOf(part, request)];
  const [first] = faults;
  if (first) throw new Rejection(first.code, first.detail, faults);
  const content = {
    name: template.name,
    language: { code: template.language },
    ...(components.length > 0 ? { components } : {}),
  };
  return { content: { type: 'template', template: content }, ...shown(template, request, filled, facts) };
}

function sendable({ template: name, language }: Request, template: Named['template']): TemplateView {
  if (template === 'unavailable')
    throw new Rejection('unavailable', 'Templates cannot be looked up right now.');
  if (!template) throw new Rejection('template_not_found', `There is no template ${name} in ${language}.`);
  if (template.status !== 'approved')
    throw new Rejection(
      'template_not_approved',
      `The template ${template.name} (${template.language}) is ${template.status}; only an approved one can be sent.`,
    );
  return template;
}

/** The template as the inbox shows it. */
function shown({ name, language }: TemplateView, request: Request, filled: FilledTemplate, facts: Named) {
  const { body, header, buttons, cards, ...rest } = renderedOf(filled);
  const above = (one: typeof header, given: Given) =>
    one &&
    defined({
      ...one,
      mediaId: given.headerMediaId,
      link: given.headerLink,
      filename: one.format === 'DOCUMENT' ? headerName(given, facts) : undefined,
      location: given.headerLocation,
    });
  return {
    body: body ?? null,
    payload: defined({
      template: name,
      language,
      variables: request.variables,
      ...rest,
      header: above(header, request),
      buttons: buttons.length > 0 ? buttons : undefined,
      cards: cards?.map((card, index) => ({ ...card, header: above(card.header, request.cards![index]!) })),
    }),
  };
}

const componentsOf = (part: Part): object[] => [...headerOf(part), ...bodyOf(part), ...buttonsFor(part)];

const fault = ({ at, faults }: Part, pointer: string, detail: string) =>
  void faults.push({ pointer: `${at}${pointer}`, code: 'template_variables_mismatch', detail });

function bodyOf({ filled: { body }, named }: Part): object[] {
  const parameters = textsOf(body, named);
  return parameters.length > 0 ? [{ type: 'body', parameters }] : [];
}

const textsOf = (filled: FilledTemplate['body'], named: boolean) =>
  (filled?.variables ?? []).map(({ name, value }) =>
    defined({ type: 'text', parameter_name: named ? name : undefined, text: value }),
  );

const headerName = (
  { headerMediaId: mediaId, headerLink: link, headerFilename: filename }: Given,
  facts: Named,
) => documentName({ mediaId, link, filename }, facts);

const HEADER_FIELDS = ['headerMediaId', 'headerLink', 'headerFilename', 'headerLocation'] as const;
type HeaderField = (typeof HEADER_FIELDS)[number];

const mediumHeader = (kind: MediaKind, ...more: HeaderField[]) => ({
  takes: ['headerMediaId', 'headerLink', ...more] as readonly HeaderField[],
  parameters: (part: Part) => {
    const { headerMediaId, headerLink: link } = part.given;
    if ((headerMediaId === undefined) === (link === undefined))
      fault(
        part,
        '/headerLink',
        `The template has a header of type ${kind}: give either headerMediaId or headerLink.`,
      );
    const id = metaIdFor(kind, headerMediaId, part.facts, `${part.at}/headerMediaId`);
    const filename = kind === 'document' ? headerName(part.given, part.facts) : undefined;
    return [{ type: kind, [kind]: defined({ id, link, filename }) }];
  },
});

/** Header formats: the request fields each takes, and its parameters for Meta. */
const HEADERS: Readonly<
  Record<string, { readonly takes: readonly HeaderField[]; readonly parameters: (part: Part) => object[] }>
> = {
  TEXT: { takes: [], parameters: ({ filled, named }) => textsOf(filled.header, named) },
  IMAGE: mediumHeader('image'),
  VIDEO: mediumHeader('video'),
  DOCUMENT: mediumHeader('document', 'headerFilename'),
  LOCATION: {
    takes: ['headerLocation'],
    parameters: (part) => {
      const { headerLocation: location } = part.given;
      if (!location)
        fault(part, '/headerLocation', 'The template has a location header: give headerLocation.');
      return [{ type: 'location', location }];
    },
  },
};

function headerOf(part: Part): object[] {
  const header = entryOf(HEADERS, part.filled.header?.format);
  for (const field of HEADER_FIELDS)
    if (part.given[field] !== undefined && !header?.takes.includes(field))
      fault(part, `/${field}`, `The template has no header that takes ${field}.`);
  const parameters = header?.parameters(part) ?? [];
  return parameters.length > 0 ? [{ type: 'header', parameters }] : [];
}

type ButtonField = Exclude<keyof TemplateButton, 'index'>;
type ButtonKind = {
  readonly takes: readonly ButtonField[];
  /** Meta's `sub_type` in a send. */
  readonly subType?: string;
  /** Undefined if the button takes no parameter. */
  readonly parameter?: (
    button: FilledButton,
    given: Partial<TemplateButton>,
    part: Part,
  ) => object | undefined;
};

const text: ButtonKind['parameter'] = ({ takesValue, value }) =>
  takesValue ? { type: 'text', text: value } : undefined;

/** Button types: the request fields each takes, and its parameter for Meta. */
const BUTTONS: Readonly<Record<string, ButtonKind>> = {
  QUICK_REPLY: {
    takes: ['payload'],
    subType: 'quick_reply',
    parameter: (_, { payload }) => (payload === undefined ? undefined : { type: 'payload', payload }),
  },
  URL: { takes: [], subType: 'url', parameter: text },
  OTP: { takes: ['code'], subType: 'url', parameter: text },
  COPY_CODE: {
    takes: ['code'],
    subType: 'copy_code',
    parameter: ({ value }) => ({ type: 'coupon_code', coupon_code: value }),
  },
  FLOW: {
    takes: ['flowToken', 'flowActionData'],
    subType: 'flow',
    // Always a token: without one Meta sets "unused", and replies cannot be told apart.
    parameter: ({ index, source }, { flowToken, flowActionData }, part) => {
      if (flowActionData && word(source['flow_action']) === 'DATA_EXCHANGE')
        fault(
          part,
          '/buttons',
          `The flow of button ${index} gets its data from its endpoint, not from flowActionData.`,
        );
      const action = defined({ flow_token: flowToken ?? part.messageId, flow_action_data: flowActionData });
      return { type: 'action', action };
    },
  },
  CATALOG: {
    takes: ['thumbnailProductId'],
    subType: 'catalog',
    parameter: (_, { thumbnailProductId: id }) =>
      id === undefined ? undefined : { type: 'action', action: { thumbnail_product_retailer_id: id } },
  },
  MPM: {
    takes: ['thumbnailProductId', 'sections'],
    subType: 'mpm',
    parameter: ({ index }, { thumbnailProductId, sections }, part) => {
      if (thumbnailProductId === undefined || sections === undefined)
        fault(part, '/buttons', `Button ${index} shows products: give its thumbnailProductId and sections.`);
      const action = {
        thumbnail_product_retailer_id: thumbnailProductId,
        sections: sections?.map(({ title, productIds }) =>
          defined({ title, product_items: productIds.map((id) => ({ product_retailer_id: id })) }),
        ),
      };
      return { type: 'action', action };
    },
  },
  PHONE_NUMBER: { takes: [] },
  VOICE_CALL: { takes: [] },
  CALL_PERMISSION_REQUEST: { takes: [] },
  REQUEST_CONTACT_INFO: { takes: [] },
};

/** The components of the buttons that take a parameter. Meta's `index` counts all buttons of the template. */
function buttonsFor(part: Part): object[] {
  const { filled, given } = part;
  for (const [place, { index, ...fields }] of (given.buttons ?? []).entries()) {
    const button = filled.buttons[index];
    if (!button) fault(part, `/buttons/${place}/index`, `The template has no button ${index}.`);
    for (const [field, value] of Object.entries(fields))
      if (button && value !== undefined && !takes(button, field))
        fault(
          part,
          `/buttons/${place}/${field}`,
          `Button ${index} of the template is of type ${button.type}, which takes no ${field}.`,
        );
  }
  return filled.buttons.flatMap((button) => {
    const { subType, parameter } = entryOf(BUTTONS, button.type) ?? {};
    const own = given.buttons?.find(({ index }) => index === button.index) ?? {};
    const told = parameter?.(button, own, part);
    return told
      ? [{ type: 'button', sub_type: subType, index: String(button.index), parameters: [told] }]
      : [];
  });
}

const takes = ({ type }: FilledButton, field: string) =>
  entryOf(BUTTONS, type)?.takes.some((taken) => taken === field) ?? false;

function offerOf(part: Part, { offerExpiresAt: at }: Request): object[] {
  const expires = part.filled.offer?.expires ?? false;
  if (expires !== (at !== undefined))
    fault(
      part,
      '/offerExpiresAt',
      expires
        ? 'The offer of the template ends: give offerExpiresAt.'
        : 'The template has no offer that ends.',
    );
  if (!expires || at === undefined) return [];
  const offer = { expiration_time_ms: Date.parse(at) };
  return [
    {
      type: 'limited_time_offer',
      parameters: [{ type: 'limited_time_offer', limited_time_offer: offer }],
    },
  ];
}

function carouselOf(part: Part, { cards: given = [] }: Request): object[] {
  const cards = part.filled.cards.flatMap((filled, index) => {
    const sent = given[index];
    if (!sent) return [];
    const components = componentsOf({ ...part, filled, given: sent, at: `/cards/${index}` });
    return [{ card_index: index, components }];
  });
  return cards.length > 0 ? [{ type: 'carousel', cards }] : [];
}

/** Components that need no parameters, or are handled above. */
const COMPONENTS = [
  'HEADER',
  'BODY',
  'FOOTER',
  'BUTTONS',
  'CAROUSEL',
  'LIMITED_TIME_OFFER',
  'CALL_PERMISSION_REQUEST',
];

/** A fault for each part of the template that cannot be sent. */
function unsupported(components: TemplateView['components']): FieldFault[] {
  const all = [objects(components), ...cardsOf(components)];
  const headers = all.map((part) => componentOf(part, 'HEADER')).filter((header) => header !== undefined);
  const kinds = [
    ...all.flat().map(({ type }) => ({ kind: word(type), what: 'a component', among: COMPONENTS })),
    ...headers.map((header) => ({ kind: formatOf(header), what: 'a header', among: Object.keys(HEADERS) })),
    ...all
      .flatMap((part) => buttonsOf(part))
      .map(({ type }) => ({ kind: word(type), what: 'a button', among: Object.keys(BUTTONS) })),
  ];
  return kinds
    .filter(({ kind, among }) => !among.includes(kind ?? ''))
    .map(({ kind, what }) => ({
      pointer: '/template',
      code: 'template_not_supported',
      detail: `The template has ${what} of type ${kind}, which cannot be sent.`,
    }));
}
