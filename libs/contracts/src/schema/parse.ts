import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import {
  faultsByRules,
  ruleOfParts,
  fieldsOf,
  shapesOf as gatherShapes,
  type Class,
} from './field-registry.js';
import { isPlainObject } from './json-values.js';
import { knownNames, likelyName } from './likely-name.js';
import type { FieldFault } from '../problem.js';

export type Parsed<T> = { readonly value: T; readonly faults: readonly FieldFault[] };

/** Caches a value per class: class metadata never changes after loading. */
function perClass<Value>(gather: (type: Class) => Value): (type: Class) => Value {
  const gathered = new WeakMap<Class, Value>();
  return (type) => {
    let value = gathered.get(type);
    if (value === undefined) gathered.set(type, (value = gather(type)));
    return value;
  };
}

const shapesOf = perClass(gatherShapes);
const namesOf = perClass((type) => knownNames(fieldsOf(type).keys()));

// Cached: class-validator searches the rules of all classes for every object, a third of the cost of a check.
const rules = getMetadataStorage();
const gatherRules = rules.getTargetValidationMetadatas.bind(rules);
const rulesOf = perClass((type) => gatherRules(type, undefined as never, false, false));
rules.getTargetValidationMetadatas = (type, schema, ...more) =>
  schema === undefined ? rulesOf(type as Class) : gatherRules(type, schema, ...more);

/** Parses JSON as an instance of `type` and lists every fault with its JSON Pointer; unknown fields are faults. */
export function parseBody<T extends object>(type: Class<T>, body: unknown): Parsed<T> {
  if (!isPlainObject(body)) {
    return {
      value: new type(),
      faults: [{ pointer: '', code: 'object', detail: 'The body must be a JSON object.' }],
    };
  }
  return read(type, body, '');
}

/** Parses a query string (values are strings or lists of them); an empty parameter counts as absent. */
export function parseQuery<T extends object>(type: Class<T>, query: Record<string, unknown>): Parsed<T> {
  const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));
  return read(type, given, '?');
}

function read<T extends object>(type: Class<T>, plain: Record<string, unknown>, root: '' | '?'): Parsed<T> {
  const strange: FieldFault[] = [];
  const { value, faults } = check(instance(type, plain, root, strange) as T, root);
  const all = [...strange, ...faults];
  if (all.length === 0) return { value, faults: [...ruleFaults(value, '')] };
  const rule = ruleOfParts(type);
  if (!rule) return { value, faults: all };
  const faulty = new Set(all.map(({ pointer }) => pointer.split('/')[1]));
  const valid = Object.fromEntries(Object.entries(value).filter(([name]) => !faulty.has(name)));
  return { value, faults: [...all, ...rule(valid)] };
}

/** Faults found by the rules of an object and its nested objects. */
function* ruleFaults(value: object, at: string): Iterable<FieldFault> {
  for (const { pointer, code, detail } of faultsByRules(value))
    yield { pointer: `${at}${pointer}`, code, detail: at ? `${at.slice(1)}/${detail}` : detail };
  for (const [key, { nested }] of shapesOf(value.constructor as Class)) {
    const inner = (value as Record<string, unknown>)[key];
    if (!nested || !inner) continue;
    const here = pointerTo(at, key);
    if (!Array.isArray(inner)) yield* ruleFaults(inner, here);
    else for (const [index, one] of inner.entries()) yield* ruleFaults(one as object, `${here}/${index}`);
  }
}

function instance(type: Class, plain: Record<string, unknown>, path: string, strange: FieldFault[]): object {
  const fromQuery = path === '?';
  const made = new type();
  const shapes = shapesOf(type);
  for (const [key, given] of Object.entries(plain)) {
    if (key in Object.prototype) {
      // class-validator would accept these as known fields, and take an own `constructor` for the class.
      strange.push(unknownField(pointerTo(path, key), key, type));
      continue;
    }
    const shape = shapes.get(key);
    let value = given;
    if (fromQuery && shape?.query) value = QUERY_VALUES[shape.query](value);
    if (shape?.normalise) value = shape.normalise(value);
    if (shape?.nested) {
      const nested = shape.nested();
      const build = (given: unknown, at: string) => {
        const inner = shape.shorthand && typeof given === 'string' ? shape.shorthand(given) : given;
        return isPlainObject(inner) ? instance(nested, inner, at, strange) : inner;
      };
      const here = pointerTo(path, key);
      // One entry more than allowed is enough to report too many.
      value = Array.isArray(value)
        ? value
            .slice(0, (shape.most ?? 0) + 1)
            .map((inner, index) => build(inner, pointerTo(here, String(index))))
        : build(value, here);
    }
    Object.defineProperty(made, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return made;
}

const QUERY_VALUES = {
  number: (value: unknown) =>
    typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value,
  boolean: (value: unknown) => (value === 'true' ? true : value === 'false' ? false : value),
  list: (value: unknown) => (Array.isArray(value) ? value : [value]),
  commas: (value: unknown) =>
    [value].flat().flatMap((part) => (typeof part === 'string' ? part.split(',') : [part])),
};

/** Errors whose unknown fields are compared with the known ones: a hostile body has a hundred thousand. */
const MOST_HINTS = 100;

function check<T extends object>(value: T, root: '' | '?'): Parsed<T> {
  const errors = validateSync(value, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
  });
  return { value, faults: errors.flatMap((error, index) => faultsOf(error, root, index < MOST_HINTS)) };
}

function faultsOf(error: ValidationError, path: string, hints: boolean): FieldFault[] {
  const pointer = pointerTo(path, error.property);
  const own = Object.entries(error.constraints ?? {});
  const first = FIRST.map((wanted) => own.find(([name]) => name === wanted)).find(Boolean) ?? own.at(-1);
  const faults = first ? [fault(pointer, error, first, hints)] : [];
  return [...faults, ...(error.children ?? []).flatMap((child) => faultsOf(child, pointer, hints))];
}

/** Checks in order of precedence: of several that fail, the first is reported. Type errors come first. */
const FIRST = ['whitelistValidation', 'isArray', 'isObject', 'isString', 'isInt', 'isNumber', 'minLength'];

const pointerTo = (path: string, field: string) =>
  path === '?' ? `?${field}` : `${path}/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`;

function unknownField(pointer: string, given: string, type: Class, hints = true): FieldFault {
  const known = namesOf(type);
  const likely = hints ? likelyName(given, known) : undefined;
  const what = pointer.startsWith('?') ? 'parameter' : 'field';
  const meant = likely === undefined ? '' : `; did you mean ${likely}?`;
  const all = what === 'field' ? '' : ` Known are: ${[...known.values()].join(', ') || 'none'}.`;
  const detail = `${pointer.slice(1)} is not a known ${what}${meant || '.'}${all}`;
  return { pointer, code: 'unknown_field', detail };
}

function fault(
  pointer: string,
  error: ValidationError,
  [name, message]: [string, string],
  hints: boolean,
): FieldFault {
  const subject = pointer.replace(/^[/?]/, '');
  if (name === 'whitelistValidation')
    return unknownField(pointer, error.property, error.target!.constructor as Class, hints);
  if (error.value === undefined)
    return { pointer, code: 'required', detail: `${subject} is required and ${message}.` };
  return {
    pointer,
    code: name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    detail: `${subject} ${message}.`,
  };
}
