import { missingParameter, notOneOf, refuse, type GraphRefusal } from '../graph/graph-error.js';
import type { Template } from '../graph/nodes.js';
import { lengthOf, listParameter, objectParameter, type Fields } from '../graph/parameter.rules.js';
import type { MediaKind } from '../media/media.rules.js';
import {
  expectedParameters,
  type TemplateButton,
  type ExpectedParameters,
} from '../templates/template.parameters.js';
import { checkSendable } from './flow-send.rules.js';
import { coordinates, mediaParameter, textParameter, type SendContext } from './message-parameter.rules.js';
import { LIMITS, most } from './message.limits.js';

type Format = Template['parameterFormat'];

const UNSENDABLE: Readonly<Record<string, () => GraphRefusal>> = {
  PAUSED: () => refuse(132015),
  DISABLED: () => refuse(132016),
};

/** The template that a send names. Throws if the template cannot be sent or the send's parameters do not fit it. */
export function checkTemplateSend(content: Fields, context: SendContext): Template {
  const name = textParameter(content['name'], "template['name']", 'template.name');
  const language = objectParameter(content['language'], "template['language']");
  const code = textParameter(language['code'], "template['language']['code']", 'template.language');
  const template = context.state.template({ wabaId: context.wabaId, name, language: code });
  if (template === undefined || (template.status !== 'APPROVED' && UNSENDABLE[template.status] === undefined))
    throw refuse(132001, `template name (${name}) does not exist in ${code}`);
  if (template.status !== 'APPROVED') throw UNSENDABLE[template.status]!();
  const given = content['components'] ?? [];
  if (!Array.isArray(given)) throw refuse(131009, "template['components'] must be an array.");
  const expected = expectedParameters(template);
  const format = template.parameterFormat;
  checkComponents({ expected, components: given, name: "template['components']", format }, context);
  if (template.category === 'AUTHENTICATION') checkCode(given as readonly Fields[]);
  for (const { flowId } of expected.buttons)
    if (flowId !== undefined) checkSendable(context.state.flow(context.wabaId, { id: flowId }), flowId);
  return template;
}

type Given = { readonly name: string; readonly fields: Fields };

const given = (value: unknown, name: string): Given => ({ name, fields: objectParameter(value, name) });

const COMPONENTS = new Set(['header', 'body', 'button', 'carousel', 'limited_time_offer', 'order_status']);

type Components = {
  readonly expected: ExpectedParameters;
  readonly components: readonly unknown[];
  readonly name: string;
  readonly format: Format;
};

/** Checks a send's components against the template's, or those of a card against the template's card. */
function checkComponents({ expected, components, name, format }: Components, context: SendContext): void {
  const byType = new Map<string, Given[]>();
  components.forEach((item, index) => {
    const component = given(item, `${name}[${index}]`);
    const { type } = component.fields;
    if (typeof type !== 'string') throw missingParameter(`${component.name}['type']`);
    const kind = type.toLowerCase();
    if (!COMPONENTS.has(kind))
      throw refuse(131009, `Component type '${type.slice(0, 32)}' is not supported.`);
    byType.set(kind, [...(byType.get(kind) ?? []), component]);
  });
  const parametersOf = (type: string) => parametersIn(byType.get(type)?.[0]);

  const header = parametersOf('header');
  if (expected.headerFormat === undefined || expected.headerFormat === 'TEXT')
    checkTexts('header', expected.headerParams, header, format);
  else checkHeader(expected.headerFormat, header[0], context);
  checkTexts('body', expected.bodyParams, parametersOf('body'), format);
  checkOffer(expected, parametersOf('limited_time_offer')[0]);
  checkButtons(expected.buttons, byType.get('button') ?? []);
  checkCards(expected.cards, byType.get('carousel')?.[0], format, context);
}

const parametersIn = (component: Given | undefined): readonly Given[] => {
  const parameters = component?.fields['parameters'] ?? [];
  if (!Array.isArray(parameters)) throw refuse(131009, 'parameters must be an array.');
  return parameters.map((parameter, index) => given(parameter, `${component!.name}['parameters'][${index}]`));
};

const typeOf = (parameter: Given | undefined) => String(parameter?.fields['type'] ?? 'unknown').toLowerCase();

const mismatch = (where: string, expected: string, received: string) =>
  refuse(
    132012,
    `${where}: Format mismatch, expected ${expected.toUpperCase()}, received ${received.toUpperCase()}`,
  );

function checkTexts(
  where: string,
  expected: readonly string[],
  parameters: readonly Given[],
  format: Format,
): void {
  if (parameters.length !== expected.length)
    throw refuse(
      132000,
      `${where}: number of localizable_params (${parameters.length}) does not match the expected number of params (${expected.length})`,
    );
  for (const parameter of parameters) checkTextParameter(where, parameter);
  const names = parameters.map(({ fields }) => fields['parameter_name']);
  if (format === 'POSITIONAL') {
    if (names.some((name) => name !== undefined))
      throw refuse(132012, `${where}: parameter_name is not allowed, the template has positional parameters`);
    return;
  }
  const missing = expected.find((name) => !names.includes(name));
  if (missing !== undefined) throw refuse(132012, `${where}: parameter_name ${missing} is missing`);
}

// Old kinds of parameter, which Meta formats in the person's language: only the fallback text is checked.
const FALLBACK_KINDS = new Set(['currency', 'date_time']);

function checkTextParameter(where: string, parameter: Given): void {
  const type = typeOf(parameter);
  if (FALLBACK_KINDS.has(type)) {
    const { fallback_value: fallback } = objectParameter(
      parameter.fields[type],
      `${parameter.name}['${type}']`,
    );
    textParameter(fallback, `${parameter.name}['${type}']['fallback_value']`, 'interactive.body');
    return;
  }
  if (type !== 'text') throw mismatch(where, 'text', type);
  checkText(parameter.fields['text']);
}

function checkText(text: unknown): void {
  if (typeof text !== 'string' || text === '')
    throw refuse(100, "Parameter 'text' is mandatory for component parameter type 'text'");
  if (/[\n\t]| {5}/.test(text))
    throw refuse(132018, 'Param text cannot have new-line/tab characters or more than 4 consecutive spaces');
}

// A template's GIF is an MP4 video at Meta.
const MEDIA: Readonly<Record<string, MediaKind>> = {
  IMAGE: 'image',
  VIDEO: 'video',
  GIF: 'video',
  DOCUMENT: 'document',
};

function checkHeader(format: string, parameter: Given | undefined, context: SendContext): void {
  const type = typeOf(parameter);
  if (parameter === undefined || type.toUpperCase() !== format) throw mismatch('header', format, type);
  const name = `${parameter.name}['${type}']`;
  const content = objectParameter(parameter.fields[type], name);
  if (format === 'LOCATION') return coordinates(content, name);
  const kind = MEDIA[format];
  if (kind === undefined) return;
  if (content['id'] === undefined && content['link'] === undefined)
    throw refuse(131008, `header: Parameter of type ${type} requires an id or a link`);
  mediaParameter(content, name, kind, context);
}

function checkOffer({ hasExpiration }: ExpectedParameters, parameter: Given | undefined): void {
  if (!hasExpiration) return;
  const type = typeOf(parameter);
  if (parameter === undefined)
    throw refuse(131008, 'limited_time_offer: Parameter expiration_time_ms is required');
  if (type !== 'limited_time_offer') throw mismatch('limited_time_offer', 'limited_time_offer', type);
  const { expiration_time_ms: expires } = objectParameter(
    parameter.fields[type],
    `${parameter.name}['${type}']`,
  );
  if (typeof expires !== 'number' || !Number.isInteger(expires) || expires <= 0)
    throw refuse(131009, 'limited_time_offer: expiration_time_ms must be unix milliseconds');
}

/** Refuses a one-time password that is too long, in body or button. Text captured; the error code is our guess. */
function checkCode(components: readonly Fields[]): void {
  const parameters = components.flatMap(({ parameters: given }) => (given ?? []) as readonly Fields[]);
  const tooLong = parameters.some(({ text }) => lengthOf(String(text)) > most('one-time password'));
  if (tooLong)
    throw refuse(
      132018,
      `template parameter at index 0 exceeds the maximum length in the AUTHENTICATION category (${most('one-time password')} characters).`,
    );
}

const ACTION = ['action'];

/** The kinds of parameter allowed, by kind of button. */
const BUTTONS: Readonly<Record<string, readonly string[]>> = {
  QUICK_REPLY: ['payload', 'text'],
  URL: ['text'],
  COPY_CODE: ['coupon_code'],
  FLOW: ACTION,
  CATALOG: ACTION,
  MPM: ACTION,
  SPM: ACTION,
  VOICE_CALL: ['ttl_minutes', 'payload'],
};

// Kinds of button in Meta's order (captured from Meta, from the refusal of an unknown kind).
const SUB_TYPES = [
  'BOOKING_CONFIRMATION',
  'CATALOG',
  'COPY_CODE',
  'FLOW',
  'MPM',
  'ORDER_DETAILS',
  'QUICK_REPLY',
  'REMINDER',
  'SPM',
  'URL',
  'VOICE_CALL',
];

/** Refuses a button of another kind than the template's, and a send that lacks the flow button (captured from Meta). */
const invalidSubType = (index: number) =>
  refuse(131009, `Components sub_type invalid at index: ${index} and type: 0`);

function checkButtons(buttons: readonly TemplateButton[], components: readonly Given[]): void {
  const byIndex = new Map(components.map((component) => [Number(component.fields['index'] ?? 0), component]));
  for (const [index, { fields, name }] of byIndex) {
    const received = String(fields['sub_type'] ?? '').toUpperCase();
    if (received === '') throw missingParameter(`${name}['sub_type']`);
    if (!SUB_TYPES.includes(received)) throw notOneOf(`${name}['sub_type']`, SUB_TYPES, fields['sub_type']);
    const button = buttons[index];
    if (button === undefined)
      throw refuse(131009, `buttons: Button at index ${index} does not exist in the template`);
    if (received !== button.type) throw invalidSubType(index);
  }
  buttons.forEach((button, index) => {
    const named = byIndex.get(index);
    if (button.type === 'FLOW' && named === undefined) throw invalidSubType(index);
    checkButtonParameter(button, index, parametersIn(named)[0]);
  });
}

function checkButtonParameter(
  { type, label, needsParameter }: TemplateButton,
  index: number,
  parameter: Given | undefined,
): void {
  const missing = () =>
    refuse(131008, `buttons: Button at index ${index} of type ${label} requires a parameter`);
  if (parameter === undefined) {
    if (needsParameter) throw missing();
    return;
  }
  const wanted = BUTTONS[type] ?? [];
  const received = typeOf(parameter);
  if (!wanted.includes(received))
    throw mismatch(`buttons: Button at index ${index}`, wanted.join(' or ') || 'no parameter', received);
  const value = parameter.fields[received];
  if (received === 'action') objectParameter(value, `${parameter.name}['action']`);
  else if (value === undefined || value === '') throw missing();
  if (received === 'coupon_code' && lengthOf(String(value)) > most('coupon_code'))
    throw refuse(131009, `buttons: coupon_code is too long. Max length is ${most('coupon_code')}`);
}

function checkCards(
  cards: readonly ExpectedParameters[],
  carousel: Given | undefined,
  format: Format,
  context: SendContext,
): void {
  if (cards.length === 0) return;
  const name = `${carousel?.name ?? "template['components']"}['cards']`;
  const sent = listParameter(carousel?.fields['cards'], name).map((card, index) =>
    given(card, `${name}[${index}]`),
  );
  // A send may have 2 to 10 product cards, whatever their number in the template (Meta's docs, product card carousel templates).
  const isOfProducts = cards[0]!.headerFormat === 'PRODUCT';
  const { min, max } = LIMITS.cards;
  const isRightNumber = isOfProducts
    ? sent.length >= min && sent.length <= max
    : sent.length === cards.length;
  if (!isRightNumber)
    throw refuse(
      132012,
      `carousel: number of cards (${sent.length}) does not match the expected number of cards (${cards.length})`,
    );
  const seen = new Set<number>();
  sent.forEach((card, position) => {
    const index = Number(card.fields['card_index'] ?? position);
    const expected = isOfProducts && index < sent.length ? cards[0] : cards[index];
    if (seen.has(index)) throw refuse(131009, `carousel: card_index ${index} is given twice`);
    seen.add(index);
    if (expected === undefined)
      throw refuse(131009, `carousel: card_index ${index} does not exist in the template`);
    const components = listParameter(card.fields['components'] ?? [], `${card.name}['components']`);
    checkComponents({ expected, components, name: `${card.name}['components']`, format }, context);
  });
}
