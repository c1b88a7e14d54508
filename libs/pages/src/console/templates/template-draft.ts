import type { TemplateComponent, TemplateView } from '@wbiz/contracts/template';
import { buttonsOf, componentOf, formatOf, variablesIn, word } from '@wbiz/contracts/template/components';
import { fillTemplate } from '@wbiz/contracts/template/filling';
import type { RenderedTemplate } from '@wbiz/contracts/template/preview';
import { renderedOf } from '@wbiz/contracts/template/rendering';
import { namedSamples, samplesIn } from '@wbiz/contracts/template/text-rules';
import { slotsOf, valuesFor } from './slots.js';

type Fields = Readonly<Record<string, unknown>>;
type Button = NonNullable<TemplateComponent['buttons']>[number] & Fields;

export const HEADER_FORMATS = ['NONE', 'TEXT', 'IMAGE', 'VIDEO', 'DOCUMENT', 'LOCATION'] as const;
export type HeaderFormat = (typeof HEADER_FORMATS)[number];
export const BUTTON_TYPES = ['QUICK_REPLY', 'URL', 'PHONE_NUMBER', 'COPY_CODE'] as const;
export type ButtonType = (typeof BUTTON_TYPES)[number];
export type Category = 'MARKETING' | 'UTILITY' | 'AUTHENTICATION';

/**
 * A button in the form. `example`: of the end of its link, or of its code. `kept`: a button of a type that the form
 * does not know, saved unchanged.
 */
export type DraftButton = {
  readonly key: number;
  readonly type: ButtonType | null;
  readonly text: string;
  readonly url: string;
  readonly phone: string;
  readonly example: string;
  readonly kept?: Button;
};

/**
 * A template as the form holds it. Examples are keyed by the variable's name. `kept`: components that the form does not
 * know, saved unchanged.
 */
export type TemplateDraft = {
  readonly name: string;
  readonly language: string;
  readonly category: Category;
  readonly header: HeaderFormat;
  readonly headerText: string;
  readonly headerExample: string;
  /** The id of an uploaded file, or a link. */
  readonly headerSample: string;
  readonly body: string;
  readonly bodyExamples: Readonly<Record<string, string>>;
  readonly footer: string;
  readonly buttons: readonly DraftButton[];
  readonly warnsOfSharing: boolean;
  /** Minutes; empty: the message does not mention the code's expiry. */
  readonly codeExpiry: string;
  readonly codeButton: string;
  readonly kept: readonly TemplateComponent[];
};

export const EMPTY_DRAFT: TemplateDraft = {
  name: '',
  language: 'en_US',
  category: 'UTILITY',
  header: 'NONE',
  headerText: '',
  headerExample: '',
  headerSample: '',
  body: '',
  bodyExamples: {},
  footer: '',
  buttons: [],
  warnsOfSharing: true,
  codeExpiry: '10',
  codeButton: 'Copy code',
  kept: [],
};

const isKnownHeader = (format: string): format is HeaderFormat =>
  (HEADER_FORMATS as readonly string[]).includes(format);
const isKnownButton = (type: string): type is ButtonType =>
  (BUTTON_TYPES as readonly string[]).includes(type);
const isNamed = ({ body, header, headerText }: TemplateDraft) =>
  [body, header === 'TEXT' ? headerText : ''].flatMap(variablesIn).some((name) => !/^\d+$/.test(name));

export const parameterFormatOf = (draft: TemplateDraft): 'NAMED' | 'POSITIONAL' =>
  isNamed(draft) ? 'NAMED' : 'POSITIONAL';

/** The form as Meta's components. */
export function componentsOf(draft: TemplateDraft): TemplateComponent[] {
  if (draft.category === 'AUTHENTICATION') return codeComponents(draft);
  const named = isNamed(draft);
  return [
    ...headerOf(draft, named),
    {
      type: 'BODY',
      text: draft.body,
      ...examplesOf('body_text', draft.body, draft.bodyExamples, named),
    },
    ...(draft.footer ? [{ type: 'FOOTER', text: draft.footer }] : []),
    ...draft.kept,
    ...(draft.buttons.length > 0 ? [{ type: 'BUTTONS', buttons: draft.buttons.map(buttonOf) }] : []),
  ];
}

const codeComponents = ({ warnsOfSharing, codeExpiry, codeButton }: TemplateDraft): TemplateComponent[] => [
  { type: 'BODY', add_security_recommendation: warnsOfSharing },
  ...(codeExpiry ? [{ type: 'FOOTER', code_expiration_minutes: Number(codeExpiry) }] : []),
  { type: 'BUTTONS', buttons: [codeButtonOf(codeButton)] },
];

const codeButtonOf = (text: string): Button => ({
  type: 'OTP',
  otp_type: 'COPY_CODE',
  ...(text && { text }),
});

function headerOf(
  { header, headerText, headerExample, headerSample }: TemplateDraft,
  named: boolean,
): TemplateComponent[] {
  if (header === 'NONE') return [];
  if (header === 'LOCATION') return [{ type: 'HEADER', format: header }];
  if (header !== 'TEXT')
    return [
      {
        type: 'HEADER',
        format: header,
        ...(headerSample && { example: { header_handle: [headerSample] } }),
      },
    ];
  const [name = ''] = variablesIn(headerText);
  return [
    {
      type: 'HEADER',
      format: 'TEXT',
      text: headerText,
      ...examplesOf('header_text', headerText, { [name]: headerExample }, named),
    },
  ];
}

function examplesOf(field: string, text: string, given: Readonly<Record<string, string>>, named: boolean) {
  const names = variablesIn(text);
  if (names.length === 0) return {};
  const values = names.map((name) => given[name] ?? '');
  if (named)
    return {
      example: {
        [`${field}_named_params`]: names.map((name, index) => ({ param_name: name, example: values[index] })),
      },
    };
  return { example: { [field]: field === 'body_text' ? [values] : values } };
}

function buttonOf({ type, text, url, phone, example, kept }: DraftButton): Button {
  switch (type) {
    case null:
      return kept!;
    case 'QUICK_REPLY':
      return { type, text };
    case 'PHONE_NUMBER':
      return { type, text, phone_number: phone };
    case 'COPY_CODE':
      return { type, example };
    case 'URL':
      return { type, text, url, ...(variablesIn(url).length > 0 && { example: [example] }) };
  }
}

let lastKey = 0;
export const newButton = (type: ButtonType): DraftButton => ({
  key: (lastKey += 1),
  type,
  text: '',
  url: '',
  phone: '',
  example: '',
});

/** Fills the form from a stored template. */
export function draftOf({ name, language, category, components }: TemplateView): TemplateDraft {
  const header = componentOf(components, 'HEADER');
  const body = componentOf(components, 'BODY') ?? {};
  const footer = componentOf(components, 'FOOTER') ?? {};
  const format = header ? formatOf(header) : 'NONE';
  const isKept = ({ type, ...component }: TemplateComponent) =>
    !['BODY', 'FOOTER', 'BUTTONS'].includes(word(type) ?? '') &&
    (word(type) !== 'HEADER' || !isKnownHeader(formatOf(component)));
  const headerText = shown(header?.['text']);
  const [headerName] = variablesIn(headerText);
  const [headerSlot] = header
    ? [namedSamples(header, 'header_text').get(headerName) ?? samplesIn(header, 'header_text')[0]]
    : [];
  const bodyNamed = namedSamples(body, 'body_text');
  const bodyListed = samplesIn(body, 'body_text');
  const [otp] = buttonsOf(components);
  return {
    name,
    language,
    category: category as Category,
    header: isKnownHeader(format) ? format : 'NONE',
    headerText,
    headerExample: shown(headerSlot),
    headerSample: header ? shown(samplesIn(header, 'header_handle')[0]) : '',
    body: shown(body['text']),
    bodyExamples: Object.fromEntries(
      variablesIn(body['text']).map((variable, index) => [
        variable,
        shown(bodyNamed.get(variable) ?? bodyListed[index]),
      ]),
    ),
    footer: shown(footer['text']),
    buttons: category === 'AUTHENTICATION' ? [] : buttonsOf(components).map(draftButton),
    warnsOfSharing: body['add_security_recommendation'] === true,
    codeExpiry: shown(footer['code_expiration_minutes']),
    codeButton: category === 'AUTHENTICATION' ? shown(otp?.['text']) : '',
    kept: components.filter(isKept),
  };
}

function draftButton(button: Fields): DraftButton {
  const type = word(button['type']) ?? '';
  const url = shown(button['url']);
  const example = shown([button['example']].flat()[0]);
  const before = url.split('{{')[0]!;
  const read = {
    ...newButton('QUICK_REPLY'),
    text: shown(button['text']),
    url,
    phone: shown(button['phone_number']),
    // Meta stores the whole link as the example of its variable end.
    example: type === 'URL' && before && example.startsWith(before) ? example.slice(before.length) : example,
  };
  return isKnownButton(type) ? { ...read, type } : { ...read, type: null, kept: button as Button };
}

const shown = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

/** The message as a person will see it, filled with the examples. */
export function previewOf(draft: TemplateDraft): RenderedTemplate {
  const template = { category: draft.category, components: componentsOf(draft) };
  const { variables, buttonVariables } = slotsOf(template);
  const examples = (slots: typeof variables) =>
    valuesFor(
      slots,
      slots.map(({ example }) => example),
    );
  const isCode = draft.category === 'AUTHENTICATION';
  return renderedOf(
    fillTemplate(template, {
      variables: isCode ? ['123456'] : examples(variables),
      ...(buttonVariables.length > 0 && { buttonVariables: examples(buttonVariables) }),
    }).filled,
  );
}

/**
 * The place in the form of a fault of the request: `/components/1/text` is `BODY/text`, `/components/2/buttons/0/url`
 * is `BUTTONS/buttons/0/url`, `/name` is `name`. Faults below an example belong to `…/example`.
 */
export function placeOf(pointer: string, components: readonly TemplateComponent[]): string {
  const [, first, index, ...rest] = pointer.split('/');
  const component = first === 'components' ? components[Number(index)] : undefined;
  if (!component) return pointer.slice(1);
  return [word(component.type), ...rest].join('/').replace(/\/example\/.*$/, '/example');
}
