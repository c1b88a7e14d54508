import { badParameter, missingParameter, templateFault } from './graph-error.js';
import { lengthOf, objectParameter } from './parameter.rules.js';
import type { Component, Template } from './state.js';
import { buttonsOf, componentOf, variablesIn } from './template.parts.js';

type Fields = Record<string, unknown>;

export const CATEGORIES = ['UTILITY', 'MARKETING', 'AUTHENTICATION'];

// Meta's supported template languages.
const LANGUAGES = new Set(
  `af sq ar ar_EG ar_AE ar_LB ar_MA ar_QA az be_BY bn bn_IN bg ca zh_CN zh_HK zh_TW hr cs da prs_AF nl nl_BE en en_GB
  en_US en_AE en_AU en_CA en_GH en_IE en_IN en_JM en_MY en_NZ en_QA en_SG en_UG en_ZA et fil fi fr fr_BE fr_CA fr_CH
  fr_CI fr_MA ka de de_AT de_CH el gu ha he hi hu id ga it ja kn kk rw_RW ko ky_KG lo lv lt mk ms ml mr nb ps_AF fa pl
  pt_BR pt_PT pa ro ru sr si_LK sk sl es es_AR es_CL es_CO es_CR es_DO es_EC es_HN es_MX es_PA es_PE es_ES es_UY sw sv
  ta te th tr uk ur uz vi zu`.split(/\s+/),
);

const MEDIA = new Set(['IMAGE', 'VIDEO', 'DOCUMENT', 'GIF']);
const HEADER_FORMATS = new Set(['TEXT', 'LOCATION', 'PRODUCT', ...MEDIA]);

/** Most of a kind that one template may have; kinds that are not here: one. */
const MOST_BUTTONS: Readonly<Record<string, number>> = { QUICK_REPLY: 10, URL: 2 };
const BUTTON_TYPES = new Set(
  'QUICK_REPLY URL PHONE_NUMBER COPY_CODE FLOW OTP CATALOG MPM SPM VOICE_CALL CALL_PERMISSION_REQUEST REQUEST_CONTACT_INFO'.split(
    ' ',
  ),
);

const fault = {
  tooLong: (what: string, max: number) =>
    templateFault(2388040, 'Character Limit Exceeded', `The ${what} can have at most ${max} characters.`),
  missing: (what: string) =>
    templateFault(
      2388043,
      'Message Template Is Missing Expected Field(s)',
      `The ${what} is missing expected field(s).`,
    ),
  header: (text: string) => templateFault(2388047, 'Header Format Is Incorrect', text),
  body: (text: string) => templateFault(2388072, 'Body Format Is Incorrect', text),
  footer: (text: string) => templateFault(2388073, 'Footer Format Is Incorrect', text),
  button: (text: string) => templateFault(2388060, 'Button Format Is Incorrect', text),
};

/** What was asked for, checked by Meta's rules of creation, in upper-case enums. */
export type CheckedTemplate = Pick<
  Template,
  'name' | 'language' | 'category' | 'parameterFormat' | 'components'
>;

export function checkTemplate(params: Fields): CheckedTemplate {
  for (const name of ['name', 'language', 'category'])
    if (typeof params[name] !== 'string' || params[name] === '') throw missingParameter(name);
  const { name, language } = params as Record<string, string>;
  if (!/^[a-z0-9_]{1,512}$/.test(name!))
    throw templateFault(
      2388046,
      'Name Format is Incorrect',
      'Message template name can only have lowercase letters, numbers and underscores.',
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
  const components = checkComponents(params['components'], category, parameterFormat);
  return { name: name!, language: language!, category, parameterFormat, components };
}

export function checkCategory(value: unknown): string {
  const category = String(value).toUpperCase();
  if (!CATEGORIES.includes(category))
    throw badParameter(`Param category must be one of {${CATEGORIES.join(', ')}} - got "${String(value)}".`);
  return category;
}

export function checkParameterFormat(value: unknown): Template['parameterFormat'] {
  const format = String(value ?? 'POSITIONAL').toUpperCase();
  if (format !== 'POSITIONAL' && format !== 'NAMED')
    throw badParameter(`Param parameter_format must be one of {NAMED, POSITIONAL} - got "${String(value)}".`);
  return format;
}

export function checkComponents(
  value: unknown,
  category: string,
  format: Template['parameterFormat'],
): readonly Component[] {
  if (value === undefined) throw missingParameter('components');
  if (!Array.isArray(value)) throw badParameter('Param components must be an array.');
  const components = value.map((item, index) => {
    const component = objectParameter(item, `components[${index}]`);
    if (typeof component['type'] !== 'string') throw missingParameter(`components[${index}]['type']`);
    return normalised(component as Component);
  });
  const body = componentOf(components, 'BODY');
  if (body === undefined) throw fault.missing('template (a BODY component)');
  checkBody(body, category, format);
  checkHeader(componentOf(components, 'HEADER'));
  const footer = componentOf(components, 'FOOTER');
  if (footer !== undefined && category !== 'AUTHENTICATION') checkFooter(footer);
  checkButtons(buttonsOf(components));
  return components;
}

const upper = (value: unknown) => (typeof value === 'string' ? value.toUpperCase() : value);

function normalised(component: Component): Component {
  const { buttons } = component;
  return {
    ...component,
    type: component.type.toUpperCase(),
    ...(component['format'] === undefined ? {} : { format: upper(component['format']) }),
    ...(Array.isArray(buttons)
      ? {
          buttons: buttons.map((button, index) => {
            const fields = objectParameter(button, `buttons[${index}]`);
            return { ...fields, type: upper(fields['type']) };
          }),
        }
      : {}),
  };
}

const exampleOf = (component: Component, field: string): readonly unknown[] => {
  const example = component['example'] as Fields | undefined;
  const value = example?.[field];
  return Array.isArray(value) ? (value as unknown[]).flat() : [];
};

function checkBody(body: Component, category: string, format: Template['parameterFormat']) {
  const { text } = body;
  if (category === 'AUTHENTICATION') {
    if (text !== undefined)
      throw templateFault(
        2388042,
        'Component Has Unexpected Field(s)',
        'The BODY of an authentication template has no text.',
      );
    return;
  }
  if (typeof text !== 'string' || text === '') throw fault.missing('component of type BODY');
  if (lengthOf(text) > 1024) throw fault.tooLong('body', 1024);
  if (/\n{3}| {5}/.test(text))
    throw fault.body('The body cannot have more than two newlines or four spaces in a row.');
  const variables = variablesIn(text);
  if (variables.length === 0) return;
  const misnamed = variables.find((name, index) =>
    format === 'NAMED' ? !/^[a-z_][a-z0-9_]*$/.test(name) : !variables.includes(String(index + 1)),
  );
  if (misnamed !== undefined)
    throw fault.body(
      format === 'NAMED'
        ? 'Named variables are lowercase letters, numbers and underscores.'
        : 'Variables must be {{1}}, {{2}} and so on, without gaps.',
    );
  if (/^\s*\{\{|\}\}\s*$/.test(text))
    throw templateFault(
      2388299,
      'Variables Cannot Be at the Start or End',
      'Variables cannot be at the start or the end of the template.',
    );
  const words = text.replace(/\{\{[^}]*\}\}/g, ' ').match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length < variables.length)
    throw templateFault(
      2388293,
      'Too Many Variables for Its Length',
      'This template has too many variables for its length. Reduce the number of variables or increase the message length.',
    );
  const examples = exampleOf(body, format === 'NAMED' ? 'body_text_named_params' : 'body_text');
  if (examples.length < variables.length) throw fault.missing('component of type BODY (example)');
}

function checkHeader(header: Component | undefined) {
  if (header === undefined) return;
  const format = header['format'];
  if (typeof format !== 'string') throw fault.missing('component of type HEADER (format)');
  if (!HEADER_FORMATS.has(format)) throw fault.header(`The header format ${format} is not known.`);
  if (MEDIA.has(format)) {
    if (exampleOf(header, 'header_handle').length === 0)
      throw templateFault(
        2388273,
        'Media Header Sample Is Missing',
        'A template with a media header needs a sample.',
      );
    return;
  }
  if (format !== 'TEXT') return;
  const { text } = header;
  if (typeof text !== 'string' || text === '') throw fault.missing('component of type HEADER (text)');
  if (lengthOf(text) > 60) throw fault.tooLong('header', 60);
  const variables = variablesIn(text);
  if (variables.length > 1 || /\n/.test(text))
    throw fault.header('The header can have one variable and no newlines.');
  const examples = [...exampleOf(header, 'header_text'), ...exampleOf(header, 'header_text_named_params')];
  if (examples.length < variables.length) throw fault.missing('component of type HEADER (example)');
}

function checkFooter({ text }: Component) {
  if (typeof text !== 'string' || text === '') throw fault.missing('component of type FOOTER');
  if (lengthOf(text) > 60) throw fault.tooLong('footer', 60);
  if (variablesIn(text).length > 0) throw fault.footer('The footer cannot have variables.');
}

function checkButtons(buttons: readonly Fields[]) {
  if (buttons.length > 10) throw fault.button('A template can have at most 10 buttons.');
  const types = buttons.map(({ type }) => String(type));
  for (const type of new Set(types)) {
    if (!BUTTON_TYPES.has(type)) throw fault.button(`The button type ${type} is not known.`);
    const most = MOST_BUTTONS[type] ?? 1;
    if (types.filter((other) => other === type).length > most)
      throw fault.button(`A template can have at most ${most} button(s) of type ${type}.`);
  }
  const groups = types.filter((type, index) => index === 0 || isQuick(type) !== isQuick(types[index - 1]!));
  if (groups.length > 2) throw fault.button('Quick reply buttons must stand together.');
  buttons.forEach(checkButton);
}

const isQuick = (type: string) => type === 'QUICK_REPLY';

const LABELLED = new Set(['QUICK_REPLY', 'URL', 'PHONE_NUMBER', 'FLOW']);

function checkButton({ type, text, url, phone_number: phone, example }: Fields) {
  if (LABELLED.has(String(type))) {
    if (typeof text !== 'string' || text === '') throw fault.missing(`button of type ${String(type)} (text)`);
    if (lengthOf(text) > 25) throw fault.tooLong('button text', 25);
  }
  if (type === 'PHONE_NUMBER') {
    if (typeof phone !== 'string') throw fault.missing('button of type PHONE_NUMBER (phone_number)');
    if (phone.length > 20) throw fault.tooLong('phone number', 20);
  }
  if (type === 'COPY_CODE' && example === undefined)
    throw fault.missing('button of type COPY_CODE (example)');
  if (type !== 'URL') return;
  if (typeof url !== 'string' || !/^https?:\/\//.test(url)) throw fault.missing('button of type URL (url)');
  if (url.length > 2000) throw fault.tooLong('button URL', 2000);
  if (/^https?:\/\/(?:\w+\.)?(?:wa\.me|whatsapp\.com)\b/i.test(url))
    throw templateFault(2388081, 'Button URL Is Not Allowed', 'A button cannot link to WhatsApp.');
  const variables = variablesIn(url);
  if (variables.length > 1 || (variables.length === 1 && !url.endsWith('}}')))
    throw fault.button('A URL can have one variable, at its end.');
  if (variables.length === 1 && example === undefined) throw fault.missing('button of type URL (example)');
}
