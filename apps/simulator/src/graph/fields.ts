import { syntaxError, unknownEdge } from './graph-error.js';

/** A field with arguments and inner fields: `message_templates.limit(1){name}`. */
export type Expansion = (args: Readonly<Record<string, string>>, fields: string | undefined) => unknown;

export type NodeShape = {
  /** The node type's name in Meta's refusals. */
  readonly type: string;
  /** The fields shown if the call has no `fields`. */
  readonly defaults: readonly string[];
};

/**
 * Picks the fields that `?fields=a,b{c}` names, or the defaults if it names none; always with `id`. As at Meta, a field
 * whose value is undefined is left out and an unknown field is refused.
 */
export function chooseFields(
  all: Readonly<Record<string, unknown>>,
  fields: unknown,
  { type, defaults }: NodeShape,
): Record<string, unknown> {
  const text = Array.isArray(fields) ? fields.join() : fields;
  const wanted = typeof text === 'string' && text !== '' ? parseFields(text) : defaults.map(plain);
  const chosen = wanted.flatMap(({ name, args, inner }) => {
    if (!Object.hasOwn(all, name)) throw unknownEdge(name, type);
    const value = all[name];
    const shown = typeof value === 'function' ? (value as Expansion)(args, inner) : within(value, inner);
    return shown === undefined ? [] : [[name, shown] as const];
  });
  return { ...Object.fromEntries(chosen), ...(all['id'] === undefined ? {} : { id: all['id'] }) };
}

/** Fields that Meta knows and the simulator never has a value for. */
export const unset = (names: string) => Object.fromEntries(names.split(' ').map((name) => [name, undefined]));

type Field = {
  readonly name: string;
  readonly args: Readonly<Record<string, string>>;
  readonly inner: string | undefined;
};

const plain = (name: string): Field => ({ name, args: {}, inner: undefined });

const FIELD = /^\s*(\w+)((?:\.\w+(?:\([^)]*\))?)*)\s*(?:\{(.*)\})?\s*$/s;

function parseFields(text: string): readonly Field[] {
  return split(text).flatMap(({ part, at }) => {
    if (part.trim() === '') return [];
    const [, name, modifiers, inner] = FIELD.exec(part) ?? [];
    if (name === undefined) throw syntaxError(text, at);
    const args = [...modifiers!.matchAll(/\.(\w+)(?:\(([^)]*)\))?/g)].map(([, key, value = '']) => [
      key!,
      value,
    ]);
    return [{ name, args: Object.fromEntries(args) as Record<string, string>, inner }];
  });
}

/** Splits the text at each comma that is not within brackets. */
function split(text: string): readonly { readonly part: string; readonly at: number }[] {
  const parts: { part: string; at: number }[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const char = text[at] ?? ',';
    if ('({['.includes(char)) depth += 1;
    if (')}]'.includes(char)) depth -= 1;
    const isEnd = at === text.length;
    if (depth < 0 || (isEnd && depth > 0)) throw syntaxError(text, at);
    if (char !== ',' || depth > 0) continue;
    parts.push({ part: text.slice(start, at), at: start });
    start = at + 1;
  }
  return parts;
}

/** Picks fields of a value that is not a node; unknown fields are left out. */
function within(value: unknown, fields: string | undefined): unknown {
  if (fields === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => within(item, fields));
  const wanted = parseFields(fields).map(({ name, inner }) => [
    name,
    within((value as Record<string, unknown>)[name], inner),
  ]);
  return Object.fromEntries(wanted.filter(([, item]) => item !== undefined)) as object;
}
