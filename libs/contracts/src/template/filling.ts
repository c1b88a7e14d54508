import { lengthOf } from '../text/characters.js';
import { LIMITS } from '../limits.js';
import { entryOf, number, text } from '../meta/item.js';
import type { FieldFault } from '../problem.js';
import { buttonsOf, cardsOf, componentOf, formatOf, VARIABLE, variablesIn, word } from './components.js';
import type { TemplateView } from '../template.js';

type Fields = Readonly<Record<string, unknown>>;
type Values = readonly string[] | Readonly<Record<string, string>>;

/** The values for the variables of a template or of one card of its carousel. */
export type TemplateValues = {
  readonly variables?: Values;
  readonly buttonVariables?: Values;
  readonly buttons?: readonly { readonly index: number; readonly code?: string }[];
  readonly cards?: readonly TemplateValues[];
};

/** `value`: undefined if none was given. */
type Variable = { readonly name: string; readonly value: string | undefined };
/** A text as the recipient sees it; a variable without a value stays as written. */
type FilledText = { readonly text: string; readonly variables: readonly Variable[] };
export type FilledButton = {
  readonly index: number;
  readonly type: string;
  readonly label: string;
  readonly url?: string;
  readonly phoneNumber?: string;
  /** Whether a send must give a value for the button: the end of its link, or a code. */
  readonly takesValue: boolean;
  readonly value?: string;
  /** The button in Meta's form. */
  readonly source: Fields;
};
export type FilledTemplate = {
  readonly header?: FilledText & { readonly format: string };
  readonly body?: FilledText;
  readonly footer?: string;
  readonly offer?: { readonly text: string; readonly expires: boolean };
  readonly buttons: readonly FilledButton[];
  readonly cards: readonly FilledTemplate[];
};

/** Fills a template's variables; returns the texts and the faults. */
export function fillTemplate(
  { components, category }: Pick<TemplateView, 'components' | 'category'>,
  given: TemplateValues,
): { readonly filled: FilledTemplate; readonly faults: readonly FieldFault[] } {
  const faults: FieldFault[] = [];
  const isCode = word(category) === 'AUTHENTICATION';
  const cards = cardsOf(components);
  const sent = given.cards ?? [];
  if (sent.length !== cards.length)
    faults.push(mismatch('/cards', `The template takes ${cards.length} cards, ${were(sent.length)} given.`));
  const filled = {
    ...fillParts(isCode ? preset(components) : components, given, { at: '', isCode, faults }),
    cards: cards.map((card, index) =>
      fillParts(card, sent[index] ?? {}, {
        at: `/cards/${index}`,
        isCode: false,
        // Missing cards are already reported above.
        faults: index < sent.length ? faults : [],
      }),
    ),
  };
  return { filled, faults };
}

type Place = { readonly at: string; readonly isCode: boolean; readonly faults: FieldFault[] };

function fillParts(components: readonly Fields[], given: TemplateValues, place: Place): FilledTemplate {
  const [header, body] = [componentOf(components, 'HEADER'), componentOf(components, 'BODY')];
  const format = header && formatOf(header);
  const headerText = format === 'TEXT' ? (text(header?.['text']) ?? '') : '';
  const bodyText = text(body?.['text']) ?? '';
  const [headerNames, bodyNames] = [variablesIn(headerText), variablesIn(bodyText)];
  const values = valuesFor([...headerNames, ...bodyNames], given, 'variables', place);
  const footer = text(componentOf(components, 'FOOTER')?.['text']);
  const offer = componentOf(components, 'LIMITED_TIME_OFFER')?.['limited_time_offer'] as Fields | undefined;
  return {
    ...(format === undefined ? {} : { header: { format, ...fillText(headerText, headerNames, values) } }),
    ...(body ? { body: fillText(bodyText, bodyNames, values.slice(headerNames.length)) } : {}),
    ...(footer === undefined ? {} : { footer }),
    ...(offer
      ? { offer: { text: text(offer['text']) ?? '', expires: offer['has_expiration'] === true } }
      : {}),
    buttons: fillButtons(buttonsOf(components), given, place.isCode ? values[0] : undefined, place),
    cards: [],
  };
}

function fillText(
  value: string,
  names: readonly string[],
  values: readonly (string | undefined)[],
): FilledText {
  return {
    text: value.replace(VARIABLE, (variable, name: string) => values[names.indexOf(name)] ?? variable),
    variables: names.map((name, index) => ({ name, value: values[index] })),
  };
}

/** Meta's labels for buttons without a text. */
const LABELS = {
  OTP: 'Copy code',
  COPY_CODE: 'Copy code',
  CATALOG: 'View catalog',
  MPM: 'View items',
  SPM: 'View',
};

function fillButtons(
  buttons: readonly Fields[],
  given: TemplateValues,
  code: string | undefined,
  place: Place,
): FilledButton[] {
  const values = buttonValues(buttons, given, code, place);
  return buttons.map((button, index) => {
    const { type, url, phoneNumber } = readButton(button, place.isCode);
    const { value, pointer } = values.get(index) ?? {};
    const longest = entryOf(LONGEST_CODES, type);
    if (longest !== undefined && pointer !== undefined && lengthOf(value ?? '') > longest)
      place.faults.push(
        mismatch(pointer, `The code of button ${index} must have at most ${longest} characters.`),
      );
    return {
      index,
      type,
      label: text(button['text']) ?? entryOf(LABELS, type) ?? '',
      ...(url === undefined ? {} : { url: value === undefined ? url : url.replace(VARIABLE, () => value) }),
      ...(phoneNumber === undefined ? {} : { phoneNumber }),
      takesValue: takesValue(button, place.isCode),
      ...(value === undefined ? {} : { value }),
      source: button,
    };
  });
}

/**
 * Values by button index, each with the pointer to it in the request: the button's own code, else the next of
 * `buttonVariables`.
 */
function buttonValues(
  buttons: readonly Fields[],
  { buttons: own = [], buttonVariables }: TemplateValues,
  code: string | undefined,
  place: Place,
): ReadonlyMap<number, { readonly value: string; readonly pointer?: string }> {
  const codes = own.flatMap(({ index, code: value }, nth) =>
    value === undefined ? [] : [[index, { value, pointer: `${place.at}/buttons/${nth}/code` }] as const],
  );
  const rest = [...buttons.keys()].filter(
    (index) => takesValue(buttons[index]!, place.isCode) && !codes.some(([taken]) => taken === index),
  );
  // The body and the button share the one-time password, so the client gives it once.
  if (code !== undefined && buttonVariables === undefined)
    return new Map([...codes, ...rest.map((index) => [index, { value: code }] as const)]);
  const names = rest.map((_, nth) => String(nth + 1));
  const values = valuesFor(names, { buttonVariables }, 'buttonVariables', place);
  const pointer = `${place.at}/buttonVariables`;
  return new Map([
    ...codes,
    ...values.flatMap((value, nth) =>
      value === undefined ? [] : [[rest[nth]!, { value, pointer }] as const],
    ),
  ]);
}

/** Meta returns a one-time password button as a URL button; its link is never opened. */
function readButton(button: Fields, isCode: boolean) {
  const type = word(button['type']) ?? '';
  const phoneNumber = text(button['phone_number']);
  return isCode && type === 'URL'
    ? { type: 'OTP', url: undefined, phoneNumber }
    : { type, url: text(button['url']), phoneNumber };
}

const LONGEST_CODES = { OTP: LIMITS.otpCode.max, COPY_CODE: LIMITS.couponCode.max };

const takesValue = ({ type, url }: Fields, isCode: boolean) =>
  ['COPY_CODE', 'OTP'].includes(word(type) ?? '') ||
  (word(type) === 'URL' && (isCode || variablesIn(url).length > 0));

/** The values of the wanted names, in order. */
function valuesFor(
  wanted: readonly string[],
  values: TemplateValues,
  field: 'variables' | 'buttonVariables',
  { at, faults, isCode }: Place,
): (string | undefined)[] {
  const given = values[field];
  const longest = isCode && field === 'variables' ? LIMITS.otpCode.max : undefined;
  const pointer = `${at}/${field}`;
  const subject = at.slice(1) || 'The template';
  if (given === undefined || Array.isArray(given)) {
    const count = given?.length ?? 0;
    if (count !== wanted.length)
      faults.push(mismatch(pointer, `${subject} takes ${wanted.length} ${field}, ${were(count)} given.`));
  } else {
    const missing = wanted.filter((name) => !Object.hasOwn(given, name));
    const unknown = Object.keys(given).filter((name) => !wanted.includes(name));
    if (missing.length > 0)
      faults.push(mismatch(pointer, `${subject} also takes ${missing.join(', ')} in ${field}.`));
    if (unknown.length > 0)
      faults.push(mismatch(pointer, `${subject} takes no ${unknown.join(', ')} in ${field}.`));
  }
  return wanted.map((name, index) => {
    const key = Array.isArray(given) ? String(index) : name;
    const value = given && Object.hasOwn(given, key) ? (given as Record<string, string>)[key] : undefined;
    if (value === undefined) return undefined;
    const line = onOneLine(value);
    if (line === '') faults.push(mismatch(`${pointer}/${key}`, `${field}/${key} must not be blank.`));
    if (longest !== undefined && lengthOf(line) > longest)
      faults.push(
        mismatch(`${pointer}/${key}`, `${field}/${key} must have at most ${longest} characters for a code.`),
      );
    return line;
  });
}

/** Meta refuses values with line breaks, tabs or more than four spaces in a row (#132018). */
const onOneLine = (value: string) =>
  value.replace(/[ \t\r\n\v\f\u2028\u2029]+/g, (run) => (/^ {1,4}$/.test(run) ? run : ' ')).trim();

const were = (count: number) => `${count} ${count === 1 ? 'was' : 'were'}`;

const mismatch = (pointer: string, detail: string): FieldFault => ({
  pointer,
  code: 'template_variables_mismatch',
  detail,
});

/** The components of a one-time password with Meta's own texts, which Meta returns only once it has the template. */
function preset(components: readonly Fields[]): Fields[] {
  return components.map((component) => {
    if (text(component['text']) !== undefined) return component;
    const minutes = number(component['code_expiration_minutes']);
    const advice = component['add_security_recommendation'] === true;
    if (word(component['type']) === 'BODY')
      return {
        ...component,
        text: `*{{1}}* is your verification code.${advice ? ' For your security, do not share this code.' : ''}`,
      };
    return minutes === undefined
      ? component
      : { ...component, text: `This code expires in ${minutes} minutes.` };
  });
}
