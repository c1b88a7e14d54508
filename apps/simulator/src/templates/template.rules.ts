import { badParameter, missingParameter, notOneOf, templateFault } from '../graph/graph-error.js';
import type { Component, Template } from '../graph/nodes.js';
import type { Fields } from '../graph/parameter.rules.js';
import { readAuthentication } from './template-authentication.rules.js';
import { checkBody, checkFooter, MOST_IN_BODY } from './template-body.rules.js';
import { placeOf, readButtons } from './template-button.rules.js';
import { readCarousel } from './template-carousel.rules.js';
import {
  onlyFields,
  partOf,
  readParts,
  type Part,
  type TemplateContext,
} from './template-component.rules.js';
import { checkHeader } from './template-header.rules.js';
import { checkOffer } from './template-offer.rules.js';
import { fault } from './template.faults.js';

export const CATEGORIES = ['UTILITY', 'MARKETING', 'AUTHENTICATION'];

// Meta's docs, supported languages.
const LANGUAGES = new Set(
  `af sq ar ar_EG ar_AE ar_LB ar_MA ar_QA az be_BY bn bn_IN bg ca zh_CN zh_HK zh_TW hr cs da prs_AF nl nl_BE en en_GB
  en_US en_AE en_AU en_CA en_GH en_IE en_IN en_JM en_MY en_NZ en_QA en_SG en_UG en_ZA et fil fi fr fr_BE fr_CA fr_CH
  fr_CI fr_MA ka de de_AT de_CH el gu ha he hi hu id ga it ja kn kk rw_RW ko ky_KG lo lv lt mk ms ml mr nb ps_AF fa pl
  pt_BR pt_PT pa ro ru sr si_LK sk sl es es_AR es_CL es_CO es_CR es_DO es_EC es_HN es_MX es_PA es_PE es_ES es_UY sw sv
  ta te th tr uk ur uz vi zu`.split(/\s+/),
);

/** The fields, ready to be stored, of a template that passed Meta's checks. */
export type CheckedTemplate = Pick<
  Template,
  'name' | 'language' | 'category' | 'parameterFormat' | 'components'
>;

export function checkTemplate(params: Fields, flow: TemplateContext['flow']): CheckedTemplate {
  for (const name of ['name', 'language', 'category']) {
    if (params[name] === undefined || params[name] === '') throw missingParameter(name);
    if (typeof params[name] !== 'string') throw badParameter(`Param ${name} must be a string.`);
  }
  const { name, language } = params as Record<string, string>;
  if (!/^[a-z0-9_]{1,512}$/.test(name!))
    throw templateFault(
      2388046,
      'Name Format is Incorrect',
      'The message template name can only have lowercase letters and underscores.',
      'name',
    );
  const category = checkCategory(params['category']);
  if (!LANGUAGES.has(language!))
    throw templateFault(
      2388049,
      'Language Is Not Supported',
      `The language ${language} is not supported.`,
      'language',
    );
  const parameterFormat = checkParameterFormat(params['parameter_format']);
  checkTtl(params['message_send_ttl_seconds'], category);
  const components = readComponents(params['components'], { category, format: parameterFormat, flow });
  return { name: name!, language: language!, category, parameterFormat, components };
}

export function checkCategory(value: unknown): string {
  const category = String(value).toUpperCase();
  if (!CATEGORIES.includes(category)) throw notOneOf('category', CATEGORIES, value);
  return category;
}

export function checkParameterFormat(value: unknown): Template['parameterFormat'] {
  const format = String(value ?? 'POSITIONAL').toUpperCase();
  if (format !== 'POSITIONAL' && format !== 'NAMED')
    throw notOneOf('parameter_format', ['NAMED', 'POSITIONAL'], value);
  return format;
}

const HOUR_S = 3600;
const DAYS_30_S = 30 * 24 * HOUR_S;

/** Time to live in seconds by category (Meta's docs, templates/time-to-live). `endless`: -1 is allowed and means 30 days. */
const TTL: Readonly<Record<string, { min: number; max: number; endless: boolean }>> = {
  AUTHENTICATION: { min: 30, max: 900, endless: true },
  UTILITY: { min: 30, max: 12 * HOUR_S, endless: true },
  MARKETING: { min: 12 * HOUR_S, max: DAYS_30_S, endless: false },
};

export function checkTtl(value: unknown, category: string): void {
  if (value === undefined) return;
  const { min, max, endless } = TTL[category]!;
  const seconds = Number(value);
  const isGood =
    (endless && seconds === -1) || (Number.isInteger(seconds) && seconds >= min && seconds <= max);
  if (!isGood)
    throw badParameter(`Param message_send_ttl_seconds must be an integer between ${min} and ${max}.`);
}

const KINDS = [
  'HEADER',
  'BODY',
  'FOOTER',
  'BUTTONS',
  'CAROUSEL',
  'LIMITED_TIME_OFFER',
  'CALL_PERMISSION_REQUEST',
];

/** Checks the components and returns what Meta stores. */
export function readComponents(value: unknown, context: TemplateContext): readonly Component[] {
  const parts = readParts(value, 'components', KINDS);
  const body = partOf(parts, 'BODY');
  if (body === undefined) throw fault.missing('BODY', 'text');
  if (context.category === 'AUTHENTICATION') return readAuthentication(parts);

  const header = partOf(parts, 'HEADER');
  const footer = partOf(parts, 'FOOTER');
  const offer = partOf(parts, 'LIMITED_TIME_OFFER');
  const buttonPart = partOf(parts, 'BUTTONS');
  const buttons = buttonPart === undefined ? [] : readButtons(buttonPart, context);
  if (header !== undefined)
    if (offer === undefined) checkHeader(header, context);
    else checkHeader(header, context, ['IMAGE', 'VIDEO']);
  const kindOfBody = offer !== undefined ? 'offer' : placeOf(buttons, 'SPM') < 0 ? 'body' : 'product';
  checkBody(body, context, MOST_IN_BODY[kindOfBody]);
  if (footer !== undefined) checkFooter(footer);
  if (offer !== undefined) checkOffer(offer, { footer, buttons }, context);
  const call = partOf(parts, 'CALL_PERMISSION_REQUEST');
  if (call !== undefined) onlyFields(call, []);

  const carousel = partOf(parts, 'CAROUSEL');
  if (carousel !== undefined) checkAroundCarousel(parts, context);
  return parts.map((part) => {
    if (part === buttonPart) return { ...part.fields, buttons };
    return part === carousel ? readCarousel(part, context) : part.fields;
  });
}

/** Refuses a carousel if the template is not marketing or has more than a body beside it (Meta's docs, media card carousels). */
function checkAroundCarousel(parts: readonly Part[], { category }: TemplateContext): void {
  if (category !== 'MARKETING') throw fault.carousel('Carousels are for marketing templates only.');
  const other = parts.find(({ fields }) => !['BODY', 'CAROUSEL'].includes(fields.type));
  if (other !== undefined)
    throw fault.carousel(
      `A template with a carousel has no component of type ${other.fields.type} beside it.`,
    );
}
