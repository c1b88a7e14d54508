import { isPlainObject } from '../schema/json-values.js';
import { LIMITS } from '../limits.js';
import { entryOf, object, objects } from '../meta/item.js';
import { fieldFault, type FieldFault } from '../problem.js';
import { BUTTONS, buttonsFaults, CARD_BUTTONS, OTP_BUTTON } from './button-rules.js';
import { buttonsOf, componentOf, formatOf, word } from './components.js';
import { languageMeant, TEMPLATE_LANGUAGES } from './languages.js';
import {
  flagFaults,
  lengthFaults,
  nothing,
  noVariableFaults,
  patternFaults,
  PATTERNS,
  rangeFaults,
  samplesIn,
  sizeFaults,
  textOf,
  variablesFaults,
  wordFaults,
  type Faults,
} from './text-rules.js';
import { placeFaults } from './variable-places.js';

export const TEMPLATE_CATEGORIES = ['MARKETING', 'UTILITY', 'AUTHENTICATION'] as const;
export const PARAMETER_FORMATS = ['POSITIONAL', 'NAMED'] as const;

/** Without a field, what depends on it is not checked. */
export type TemplateToCheck = {
  readonly name?: string;
  readonly language?: string;
  readonly category?: string;
  readonly components?: readonly unknown[];
  readonly parameterFormat?: string;
  readonly messageSendTtlSeconds?: number;
};
type Fields = Readonly<Record<string, unknown>>;
/** The context of a component's check: its template and its sibling components. */
type Context = {
  readonly category: string | undefined;
  readonly named: boolean;
  readonly among: readonly unknown[];
};
type Checks = Readonly<Record<string, (component: Fields, at: string, context: Context) => Faults>>;

/**
 * The faults for which Meta would refuse a template, found before Meta is called. Where Meta's pages are silent or
 * differ from its observed behaviour, the behaviour counts: a template that Meta would accept must pass.
 */
export const faultsOfTemplate = (template: TemplateToCheck): FieldFault[] => [...templateFaults(template)];

function* templateFaults({ name, language, components, ...template }: TemplateToCheck): Faults {
  const [category, format] = [word(template.category), word(template.parameterFormat ?? 'POSITIONAL')];
  if (name !== undefined) {
    if (!/^[a-z0-9_]+$/.test(name))
      yield fieldFault('/name', 'matches', 'must hold lower-case letters, digits and underscores only');
    yield* lengthFaults(name, '/name', LIMITS.templateName.max);
  }
  if (language !== undefined && !TEMPLATE_LANGUAGES.has(language))
    yield fieldFault(
      '/language',
      'is_in',
      `must be one of Meta's language codes, such as ${languageMeant(language) ?? 'en_US or hi'}`,
    );
  if (category !== undefined) yield* wordFaults(category, '/category', TEMPLATE_CATEGORIES);
  yield* wordFaults(format, '/parameterFormat', PARAMETER_FORMATS);
  yield* lifetimeFaults(template.messageSendTtlSeconds, category);
  if (components === undefined || category === undefined) return;
  if (yield* sizeFaults(components, '/components', LIMITS.templateComponents)) return;
  const checks = category === 'AUTHENTICATION' ? AUTHENTICATION : COMPONENTS;
  yield* componentsFaults(checks, '/components', { category, named: format === 'NAMED', among: components });
}

/**
 * The range of a template's time to live in seconds (templates/time-to-live). `forThirtyDays`: the value that means 30
 * days.
 */
const LIFETIMES = {
  AUTHENTICATION: { min: 30, max: 900, forThirtyDays: -1 },
  UTILITY: { min: 30, max: 43_200, forThirtyDays: -1 },
  MARKETING: { min: 43_200, max: 2_592_000, forThirtyDays: undefined },
};

function* lifetimeFaults(seconds: number | undefined, category: string | undefined): Faults {
  const range = entryOf(LIFETIMES, category);
  if (seconds === undefined || !range || seconds === range.forThirtyDays) return;
  const or = range.forThirtyDays === undefined ? '' : `, or ${range.forThirtyDays} for 30 days`;
  yield* rangeFaults(seconds, '/messageSendTtlSeconds', range, `${or}, for category ${category}`);
}

/** Checks each component by its type; each type may occur once. */
function* componentsFaults(checks: Checks, at: string, context: Context): Faults {
  const seen = new Set<string>();
  for (const [index, component] of context.among.entries()) {
    const here = `${at}/${index}`;
    if (!isPlainObject(component)) {
      yield fieldFault(here, 'is_object', 'must be an object');
      continue;
    }
    if (yield* wordFaults(component['type'], `${here}/type`, Object.keys(checks))) continue;
    const type = word(component['type'])!;
    if (seen.has(type)) yield fieldFault(`${here}/type`, 'not_unique', `must not be ${type} once more`);
    else yield* checks[type]!(component, here, context);
    seen.add(type);
  }
  for (const type of NEEDED.get(checks) ?? [])
    if (!seen.has(type)) yield fieldFault(at, 'required', `must hold a component of type ${type}`);
}

const COMPONENTS: Checks = {
  HEADER: function* (component, at, { named, among }) {
    const formats = componentOf(among, 'LIMITED_TIME_OFFER') ? ['IMAGE', 'VIDEO'] : Object.keys(HEADERS);
    yield* headerFaults(component, at, named, formats);
  },
  BODY: bodyFaults,
  FOOTER: footerFaults,
  BUTTONS: function* (component, at, { among }) {
    yield* buttonsFaults(BUTTONS, LIMITS.templateButtons, component, at);
    if (componentOf(among, 'LIMITED_TIME_OFFER') && buttonTypesOf([component]).indexOf('COPY_CODE') > 0)
      yield fieldFault(
        `${at}/buttons`,
        'button_order',
        'must begin with COPY_CODE beside a limited-time offer',
      );
  },
  CAROUSEL: carouselFaults,
  LIMITED_TIME_OFFER: offerFaults,
  CALL_PERMISSION_REQUEST: nothing,
};

/** Authentication templates: Meta sets the texts; only their options can be chosen. */
const AUTHENTICATION: Checks = {
  BODY: function* (component, at) {
    yield* presetFaults(component, at);
    yield* flagFaults(component, 'add_security_recommendation', at);
  },
  FOOTER: function* (component, at) {
    yield* presetFaults(component, at);
    const minutes = component['code_expiration_minutes'];
    yield* rangeFaults(minutes, `${at}/code_expiration_minutes`, LIMITS.otpExpiry);
  },
  BUTTONS: (component, at) => buttonsFaults(OTP_BUTTON, { min: 1, max: 1 }, component, at),
};

const CARD: Checks = {
  HEADER: (component, at, { named }) => headerFaults(component, at, named, ['IMAGE', 'VIDEO', 'PRODUCT']),
  BODY: function* (component, at, { named }) {
    const body = yield* textOf(component, 'text', at, LIMITS.cardBody.max);
    if (body !== undefined) yield* variablesFaults(component, body, at, { field: 'body_text', named });
  },
  BUTTONS: (component, at) => buttonsFaults(CARD_BUTTONS, LIMITS.cardButtons, component, at),
};

const NEEDED = new Map([
  [COMPONENTS, ['BODY']],
  [AUTHENTICATION, ['BODY', 'BUTTONS']],
  [CARD, ['HEADER']],
]);

const HEADERS: Readonly<Record<string, (component: Fields, at: string, named: boolean) => Faults>> = {
  TEXT: function* (component, at, named) {
    const header = yield* textOf(component, 'text', at, LIMITS.templateHeader.max);
    if (header === undefined) return;
    const names = yield* variablesFaults(component, header, at, { field: 'header_text', named });
    const { max } = LIMITS.templateHeaderVariables;
    if (names.length > max)
      yield fieldFault(`${at}/text`, 'too_many_variables', `must have at most ${max} variable`);
    yield* patternFaults(header, `${at}/text`, ['lineBreak', 'emoji', 'asterisk', 'formatting']);
  },
  IMAGE: sampleFaults,
  VIDEO: sampleFaults,
  GIF: sampleFaults,
  DOCUMENT: sampleFaults,
  LOCATION: nothing,
  PRODUCT: nothing,
};

function* headerFaults(component: Fields, at: string, named: boolean, formats: readonly string[]): Faults {
  if (yield* wordFaults(component['format'], `${at}/format`, formats)) return;
  yield* HEADERS[formatOf(component)]!(component, at, named);
}

/**
 * A sample is the id of an uploaded medium or a link, which WBIZ uploads to Meta when the template is submitted. Meta's
 * own media ids (digits) serve sends only.
 */
function* sampleFaults(component: Fields, at: string): Faults {
  const [sample] = samplesIn(component, 'header_handle');
  const wanted = 'the id of uploaded media (med_…), an https link, or a handle of a resumable upload';
  if (typeof sample !== 'string' || sample.trim() === '')
    yield fieldFault(
      `${at}/example`,
      'example_required',
      `must give a sample, {"header_handle": ["…"]}: ${wanted}`,
    );
  else if (/^(\d+$|http:)/i.test(sample))
    yield fieldFault(`${at}/example/header_handle`, 'matches', `must hold ${wanted}`);
}

function* bodyFaults(component: Fields, at: string, { named, among }: Context): Faults {
  const { max } = componentOf(among, 'LIMITED_TIME_OFFER') ? LIMITS.offerBody : LIMITS.templateBody;
  const body = yield* textOf(component, 'text', at, max);
  if (body === undefined) return;
  const pointer = `${at}/text`;
  yield* patternFaults(body, pointer, ['lineBreaks', 'spaces']);
  const { max: emojis } = LIMITS.templateBodyEmojis;
  if ((body.match(PATTERNS.emoji.pattern) ?? []).length > emojis)
    yield fieldFault(pointer, 'text_format', `must have at most ${emojis} emojis`);
  const names = yield* variablesFaults(component, body, at, { field: 'body_text', named });
  if (names.length > 0) yield* placeFaults(body, names.length, pointer);
}

function* footerFaults(component: Fields, at: string, { among }: Context): Faults {
  if (componentOf(among, 'LIMITED_TIME_OFFER'))
    yield fieldFault(`${at}/type`, 'not_allowed', 'must not be FOOTER beside a limited-time offer');
  const footer = yield* textOf(component, 'text', at, LIMITS.templateFooter.max);
  if (footer === undefined) return;
  yield* noVariableFaults(footer, `${at}/text`);
  yield* patternFaults(footer, `${at}/text`, ['lineBreak', 'emoji']);
}

function* offerFaults({ limited_time_offer: offer }: Fields, at: string, context: Context): Faults {
  const here = `${at}/limited_time_offer`;
  yield* marketingFaults('a limited-time offer', context);
  if (!isPlainObject(offer)) return yield fieldFault(here, 'is_object', 'must be an object');
  yield* textOf(offer, 'text', here, LIMITS.offerText.max);
  yield* flagFaults(offer, 'has_expiration', here);
  if (offer['has_expiration'] === true && !buttonTypesOf(context.among).includes('COPY_CODE'))
    yield fieldFault(
      `${here}/has_expiration`,
      'not_allowed',
      'must not be true without a button of type COPY_CODE',
    );
}

function* carouselFaults({ cards }: Fields, at: string, context: Context): Faults {
  const here = `${at}/cards`;
  yield* marketingFaults('a carousel', context);
  if (yield* sizeFaults(cards, here, LIMITS.cards)) return;
  const inside = (cards as unknown[]).map((card) => object(card)['components']);
  const first = shapeOf(inside[0]);
  for (const [index, components] of inside.entries()) {
    const one = `${here}/${index}`;
    if (yield* sizeFaults(components, `${one}/components`, LIMITS.templateComponents)) continue;
    const among = objects(components);
    yield* componentsFaults(CARD, `${one}/components`, { ...context, among: components as unknown[] });
    if (shapeOf(among) !== first)
      yield fieldFault(one, 'card_shape', `must be made like the first card: ${first}`);
  }
}

/** All cards must have the same header format, all or none a body, and the same buttons in the same order. */
function shapeOf(components: unknown): string {
  const header = componentOf(components, 'HEADER');
  return [
    ...(header ? [`header ${formatOf(header)}`] : []),
    ...(componentOf(components, 'BODY') ? ['body'] : []),
    ...buttonTypesOf(components).map((type) => `button ${type}`),
  ].join(', ');
}

const buttonTypesOf = (components: unknown) => buttonsOf(components).map(({ type }) => word(type) ?? '');

function* marketingFaults(what: string, { category }: Context): Faults {
  if (category !== 'MARKETING')
    yield fieldFault('/category', 'not_allowed', `must be MARKETING for a template with ${what}`);
}

function* presetFaults(component: Fields, at: string): Faults {
  for (const field of ['text', 'example'])
    if (component[field] !== undefined)
      yield fieldFault(
        `${at}/${field}`,
        'not_allowed',
        "is not taken for category AUTHENTICATION: the texts are Meta's own",
      );
}
