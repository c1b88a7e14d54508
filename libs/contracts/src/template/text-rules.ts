import { lengthOf } from '../text/characters.js';
import { object } from '../meta/item.js';
import { fieldFault, type FieldFault } from '../problem.js';
import { VARIABLE, variablesIn, word } from './components.js';

type Fields = Readonly<Record<string, unknown>>;
export type Size = { readonly min: number; readonly max: number };
/** Yields faults; returns what was found. */
export type Faults<Found = void> = Generator<FieldFault, Found>;

const BRACES = /\{\{|\}\}/;

/** Reports faults of a text's variables: their syntax, and examples that are missing. Returns the variables. */
export function* variablesFaults(
  component: Fields,
  value: string,
  at: string,
  { field, named }: { readonly field: keyof typeof SHOWN; readonly named: boolean },
): Faults<readonly string[]> {
  const names = yield* namesOf(value, `${at}/text`, named);
  const listed = samplesIn(component, field);
  const byName = namedSamples(component, field);
  const missing = names.filter((name, index) => !isSample(named ? byName.get(name) : listed[index]));
  if (missing.length > 0)
    yield fieldFault(
      `${at}/example`,
      'example_required',
      `must give an example of ${missing.map((name) => `{{${name}}}`).join(', ')}: ${SHOWN[field][named ? 1 : 0]}`,
    );
  return names;
}

const SHOWN = {
  header_text: [
    '{"header_text": ["…"]}',
    '{"header_text_named_params": [{"param_name": "…", "example": "…"}]}',
  ],
  body_text: ['{"body_text": [["…"]]}', '{"body_text_named_params": [{"param_name": "…", "example": "…"}]}'],
} as const;

export const isSample = (value: unknown): boolean =>
  typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');

/** Examples in the order of the variables: a list of lists, a list, or a single value. */
export const samplesIn = (component: Fields, field: string): readonly unknown[] =>
  [object(component['example'])[field] ?? []].flat(2);

/** Examples by variable name. */
export const namedSamples = (component: Fields, field: string): ReadonlyMap<unknown, unknown> =>
  new Map(
    samplesIn(component, `${field}_named_params`)
      .map(object)
      .map(({ param_name: name, example }) => [name, example]),
  );

/**
 * Reports variables that are neither numbered without gaps nor named; returns the variables, or none if they are of the
 * wrong kind.
 */
function* namesOf(value: string, pointer: string, named: boolean): Faults<readonly string[]> {
  if (yield* syntaxFaults(value, pointer)) return [];
  const names = variablesIn(value);
  const wrong = names.find((name) => /^\d+$/.test(name) === named || /[A-Z]/.test(name));
  if (wrong !== undefined) {
    const rule = named
      ? 'only named variables in lower case, such as {{first_name}}, since parameterFormat is NAMED'
      : 'only numbered variables, {{1}}, {{2}} …; named ones need parameterFormat NAMED';
    yield fieldFault(pointer, 'variable_format', `must have ${rule}; it has {{${wrong}}}`);
    return [];
  }
  const gap = named ? -1 : names.findIndex((name, index) => name !== String(index + 1));
  if (gap >= 0)
    yield fieldFault(
      pointer,
      'variable_gap',
      `must number its variables without gaps; it lacks {{${gap + 1}}}`,
    );
  const twice = named && names.find((name) => value.split(`{{${name}}}`).length > 2);
  if (twice) yield fieldFault(pointer, 'not_unique', `must not have {{${twice}}} twice`);
  return names;
}

/** Reports braces that form no variable; returns whether there are any. */
export function* syntaxFaults(value: string, pointer: string): Faults<boolean> {
  if (!BRACES.test(value.replace(VARIABLE, ' '))) return false;
  yield fieldFault(
    pointer,
    'variable_syntax',
    'has double braces that are no variable: write {{1}}, {{2}} … or {{first_name}}',
  );
  return true;
}

export function* noVariableFaults(value: string, pointer: string): Faults {
  if (BRACES.test(value)) yield fieldFault(pointer, 'variable_not_allowed', 'must have no variables');
}

type Pattern = { readonly pattern: RegExp; readonly message: string };
export const PATTERNS = {
  emoji: { pattern: /\p{RGI_Emoji}/gv, message: 'must have no emojis' },
  lineBreak: { pattern: /[\r\n]/, message: 'must be on one line' },
  lineBreaks: { pattern: /(\r?\n){3}/, message: 'must not have more than two line breaks in a row' },
  spaces: { pattern: / {5}/, message: 'must not have more than four spaces in a row' },
  asterisk: { pattern: /\*/, message: 'must have no asterisks' },
  // Matches pairs of marks, as WhatsApp does; a single one, as in order_id, is plain text.
  bold: {
    pattern: /(?<![\p{L}\p{N}])\*(?=\S)[^\n]*?(?<=\S)\*(?![\p{L}\p{N}])/u,
    message: 'must have no *bold*',
  },
  formatting: {
    pattern: /```|(?<![\p{L}\p{N}])([_~])(?=\S)[^\n]*?(?<=\S)\1(?![\p{L}\p{N}])/u,
    message: 'must have no _italic_, ~strike~ or ```code```',
  },
} as const satisfies Record<string, Pattern>;

export function* patternFaults(
  value: string,
  pointer: string,
  patterns: readonly (keyof typeof PATTERNS)[],
): Faults {
  const fixed = value.replace(VARIABLE, 'x');
  for (const { pattern, message } of patterns.map((name) => PATTERNS[name]))
    if (fixed.search(pattern) >= 0) yield fieldFault(pointer, 'text_format', message);
}

/** Reports a text that is missing, blank or longer than `max`; returns it if it is none of these. */
export function* textOf(fields: Fields, field: string, at: string, max: number): Faults<string | undefined> {
  const value = fields[field];
  const pointer = `${at}/${field}`;
  if (value === undefined)
    yield fieldFault(pointer, 'required', `is required: a text of at most ${max} characters`);
  else if (typeof value !== 'string') yield fieldFault(pointer, 'is_string', 'must be a string');
  else if (value.trim() === '') yield fieldFault(pointer, 'min_length', 'must not be empty');
  else if (!(yield* lengthFaults(value, pointer, max))) return value;
  return undefined;
}

/** Reports a text that is too long; returns whether it is. */
export function* lengthFaults(value: string, pointer: string, max: number): Faults<boolean> {
  const length = lengthOf(value);
  if (length <= max) return false;
  yield fieldFault(pointer, 'max_length', `must have at most ${max} characters, and has ${length}`);
  return true;
}

/** Reports a value that is no list of this size; returns whether it did. */
export function* sizeFaults(value: unknown, pointer: string, { min, max }: Size): Faults<boolean> {
  const entries = (count: number) => `${count} ${count === 1 ? 'entry' : 'entries'}`;
  if (value === undefined)
    yield fieldFault(pointer, 'required', `is required: a list of ${min} to ${max} entries`);
  else if (!Array.isArray(value)) yield fieldFault(pointer, 'is_array', 'must be a list');
  else if (value.length < min)
    yield fieldFault(pointer, 'array_min_size', `must have at least ${entries(min)}`);
  else if (value.length > max)
    yield fieldFault(pointer, 'array_max_size', `must have at most ${entries(max)}`);
  else return false;
  return true;
}

/** Reports a value that is none of the words, in any case; returns whether it did. */
export function* wordFaults(value: unknown, pointer: string, words: readonly string[]): Faults<boolean> {
  if (words.includes(word(value) ?? '')) return false;
  const code = value === undefined ? 'required' : 'is_in';
  yield fieldFault(pointer, code, `must be one of: ${words.join(', ')}`);
  return true;
}

export function* flagFaults(fields: Fields, field: string, at: string): Faults {
  const value = fields[field];
  if (value !== undefined && typeof value !== 'boolean')
    yield fieldFault(`${at}/${field}`, 'is_boolean', 'must be true or false');
}

export function* rangeFaults(value: unknown, pointer: string, { min, max }: Size, or = ''): Faults {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return;
  yield fieldFault(pointer, 'range', `must be a whole number from ${min} to ${max}${or}`);
}

export function* nothing(): Faults {}
