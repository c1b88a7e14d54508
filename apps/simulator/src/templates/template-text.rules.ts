import type { GraphRefusal } from '../graph/graph-error.js';
import type { Template } from '../graph/nodes.js';
import { lengthOf, type Fields } from '../graph/parameter.rules.js';
import type { Part } from './template-component.rules.js';
import { fault } from './template.faults.js';

type Format = Template['parameterFormat'];

/** The text of a component; refuses it if it is missing or longer than `max` characters. */
export function textOf({ fields }: Part, what: string, max: number): string {
  const { type, text } = fields;
  if (typeof text !== 'string' || text.trim() === '') throw fault.missing(type, 'text');
  if (lengthOf(text) > max) throw fault.tooLong(what, max);
  return text;
}

const SPAN = /\{\{([^{}]*)\}\}/g;

export const withoutVariables = (text: string) => text.replace(SPAN, ' ');

export const hasVariables = (text: string) => /\{\{|\}\}/.test(text);

/**
 * The variables of a text: {{1}} to {{n}} without gaps, or names of lower-case letters, digits and underscores, none used
 * twice (Meta's docs, templates/overview, parameter formats).
 */
export function variablesOf(
  text: string,
  format: Format,
  wrong: (text: string) => GraphRefusal,
): readonly string[] {
  if (hasVariables(withoutVariables(text)))
    throw wrong('Variables have two curly brackets on each side, such as {{1}}.');
  const names = [...text.matchAll(SPAN)].map(([, name]) => name!.trim());
  const unique = [...new Set(names)];
  if (format === 'NAMED') {
    if (!names.every((name) => /^[a-z_][a-z0-9_]*$/.test(name)))
      throw wrong('Named variables are lowercase letters, numbers and underscores.');
    if (unique.length < names.length) throw wrong('Named variables must be unique.');
  } else if (!unique.every((_name, index) => unique.includes(String(index + 1))))
    throw wrong('Variables must be {{1}}, {{2}} and so on, without gaps.');
  return unique;
}

const isSample = (value: unknown) =>
  typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');

/** Reads positional samples: `[["a","b"]]`, or, as in other examples of Meta's, a flat list or, for one variable, a text. */
function positional(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) return value === undefined ? [] : [value];
  return Array.isArray(value[0]) ? (value[0] as unknown[]) : (value as unknown[]);
}

/** Requires a sample for each variable, under the component's key: `body_text`, `header_text`. */
export function checkSamples(
  { fields }: Part,
  key: string,
  format: Format,
  variables: readonly string[],
): void {
  if (variables.length === 0) return;
  const example = (fields['example'] ?? {}) as Fields;
  const isComplete =
    format === 'NAMED'
      ? sameNames(example[`${key}_named_params`], variables)
      : positional(example[key]).filter(isSample).length === variables.length;
  if (!isComplete) throw fault.missing(fields.type, 'example');
}

function sameNames(value: unknown, variables: readonly string[]): boolean {
  if (!Array.isArray(value) || value.length !== variables.length) return false;
  const given = value as readonly (Fields | null)[];
  return variables.every((name) =>
    given.some((sample) => sample?.['param_name'] === name && isSample(sample['example'])),
  );
}

export const emojisIn = (text: string) => text.match(/\p{RGI_Emoji}/gv)?.length ?? 0;

/** Matches bold, italic, strikethrough or monospace; a single asterisk counts as formatting too. */
const FORMATTED = /\*|`|_[^_\s][^_]*_|~[^~\s][^~]*~/;

/** True if the text has new lines, formatting or emojis, which headers and buttons must not have. */
export const isStyled = (text: string) =>
  /[\n\r]/.test(text) || FORMATTED.test(withoutVariables(text)) || emojisIn(text) > 0;
