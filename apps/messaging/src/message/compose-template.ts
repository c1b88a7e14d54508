import { objects } from '@wbiz/contracts/meta/item';
import type { FieldFault } from '@wbiz/contracts/problem';
import type { TemplateView } from '@wbiz/contracts/template';
import { buttonsOf, cardsOf, componentOf, formatOf, word } from '@wbiz/contracts/template/components';
import { fillTemplate, type FilledTemplate } from '@wbiz/contracts/template/filling';
import { renderedOf } from '@wbiz/contracts/template/rendering';
import { Rejection } from '@wbiz/eventing/rejection';
import { defined, type Composed, type Referenced } from './graph-body.js';
import { BUTTONS, buttonsFor } from './template-buttons.js';
import { headerName, headerOf, HEADERS } from './template-header.js';
import { fault, textsOf, type Given, type Part, type TemplateRequest } from './template-part.js';

/**
 * The body for Meta, with exactly the parameters that the template takes. Throws a Rejection with a fault for each
 * value that does not fit and each part that cannot be sent.
 */
export function composeTemplate(request: TemplateRequest, facts: Referenced, messageId: string): Composed {
  const template = sendable(request, facts.template);
  const { filled, faults: mismatches } = fillTemplate(template, request);
  const faults = [...unsupported(template.components), ...mismatches];
  const isNamed = template.parameterFormat === 'NAMED';
  const part = { filled, given: request, at: '', isNamed, facts, messageId, faults };
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

function sendable(
  { template: name, language }: TemplateRequest,
  template: Referenced['template'],
): TemplateView {
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
function shown(
  { name, language }: TemplateView,
  request: TemplateRequest,
  filled: FilledTemplate,
  facts: Referenced,
) {
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

function bodyOf({ filled: { body }, isNamed }: Part): object[] {
  const parameters = textsOf(body, isNamed);
  return parameters.length > 0 ? [{ type: 'body', parameters }] : [];
}

function offerOf(part: Part, { offerExpiresAt: at }: TemplateRequest): object[] {
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

function carouselOf(part: Part, { cards: given = [] }: TemplateRequest): object[] {
  const cards = part.filled.cards.flatMap((filled, index) => {
    const sent = given[index];
    if (!sent) return [];
    const components = componentsOf({ ...part, filled, given: sent, at: `/cards/${index}` });
    return [{ card_index: index, components }];
  });
  return cards.length > 0 ? [{ type: 'carousel', cards }] : [];
}

/** The types of components that can be sent: composed in this file, or without parameters. */
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
