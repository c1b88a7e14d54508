import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  Matches,
  Max,
  Min,
  ArrayMaxSize,
  ArrayMinSize,
  getMetadataStorage,
  ValidateBy,
  ValidateIf,
  ValidateNested,
  IsISO8601,
  IsString,
} from 'class-validator';
import { lengthOf } from '../text/characters.js';
import { LIMITS } from '../limits.js';
import { toE164, withoutScheme } from '../text/phone.js';
import type { FieldFault } from '../problem.js';

type Class<T = object> = new () => T;
type Base = { optional?: boolean; nullable?: boolean; description?: string; example?: unknown };

/** What parsing needs to know of a field beyond class-validator's rules. */
type FieldShape = {
  nested?: () => Class;
  most?: number;
  shorthand?: Shorthand;
  normalise?: (value: unknown) => unknown;
  query?: 'number' | 'boolean' | 'list' | 'commas';
};
/** Makes the object that a bare string stands for. */
type Shorthand = (text: string) => object;
const SHAPES = new WeakMap<object, Map<string, FieldShape>>();

/** Merges what is stored per prototype, over a class and its ancestors; ancestors first. */
function alongChain<Kept>(type: Class, kept: Pick<WeakMap<object, Map<string, Kept>>, 'get'>) {
  const chain: [string, Kept][] = [];
  for (
    let proto: object | null = type.prototype as object;
    proto && proto !== Object.prototype;
    proto = Object.getPrototypeOf(proto) as object | null
  ) {
    chain.unshift(...(kept.get(proto) ?? []));
  }
  return new Map(chain);
}

/** The fields of a class and its ancestors that parsing must convert, not just copy. */
export const shapesOf = (type: Class): Map<string, FieldShape> => alongChain(type, SHAPES);

type ClassRule = (value: never) => Iterable<FieldFault>;
const RULES = new WeakMap<object, ClassRule>();

/** A rule across the fields of a class. Runs only if every field is valid; pointers are relative to the object. */
export const Rule =
  <T extends object>(rule: (value: T) => Iterable<FieldFault>) =>
  (type: Class<T>): void =>
    void RULES.set(type, rule);

/** The faults found by the rules of a class and its ancestors. */
export function faultsByRules<T extends object>(
  value: T,
  from: unknown = value.constructor,
): readonly FieldFault[] {
  const faults: FieldFault[] = [];
  for (let type = from; typeof type === 'function'; type = Object.getPrototypeOf(type))
    faults.push(...(RULES.get(type)?.(value as never) ?? []));
  return faults;
}

const shape =
  (fieldShape: FieldShape): PropertyDecorator =>
  (target, key) => {
    const shapes = SHAPES.get(target) ?? new Map<string, FieldShape>();
    SHAPES.set(target, shapes.set(String(key), fieldShape));
  };

/** `nullable` fields accept null; `optional` ones may be absent, but null is a fault unless they are nullable too. */
const presence = ({ optional, nullable }: Base): PropertyDecorator[] => [
  ...(nullable ? [ValidateIf((_, value) => value !== null)] : []),
  ...(optional ? [ValidateIf((_, value) => value !== undefined)] : []),
];

/** Normalises a field's value before validation; for fields without a normalisation of their own. */
export const Normalised = (normalise: (value: unknown) => unknown) => shape({ normalise });

/** A field in a schema document: JSON Schema keywords; `type` is a function for one of our classes. */
export type FieldSchema = Readonly<Record<string, unknown>> & {
  readonly required: boolean;
  readonly nullable?: boolean;
};

/** The schema of every field, by prototype and name; OpenAPI and AsyncAPI are generated from it. */
export const FIELD_SCHEMAS = new Map<object, Map<string, FieldSchema>>();

/** Every field of a class and its ancestors, in order. */
export const fieldsOf = (type: Class): Map<string, FieldSchema> => alongChain(type, FIELD_SCHEMAS);

const described =
  ({ description, example, optional, nullable }: Base, schema: object): PropertyDecorator =>
  (target, key) => {
    const fields = FIELD_SCHEMAS.get(target) ?? new Map<string, FieldSchema>();
    FIELD_SCHEMAS.set(
      target,
      fields.set(String(key), {
        ...schema,
        ...(description ? { description } : {}),
        ...(example === undefined ? {} : { example }),
        ...(nullable ? { nullable } : {}),
        required: !optional,
      }),
    );
  };

const all =
  (...decorators: PropertyDecorator[]): PropertyDecorator =>
  (target, key) =>
    decorators.forEach((decorator) => decorator(target, key));

const field = (base: Base, schema: object, ...rules: PropertyDecorator[]) =>
  all(...presence(base), ...rules, described(base, schema));

type TextOptions = Base & { min?: number; max: number; pattern?: RegExp; patternDetail?: string };

/** A string of `min` (default 1) to `max` characters, see {@link lengthOf}; NUL is refused (Postgres cannot hold it). */
export const Text = ({ min = 1, max, pattern, patternDetail, ...base }: TextOptions) =>
  field(
    base,
    { type: 'string', minLength: min, maxLength: max, ...(pattern ? { pattern: pattern.source } : {}) },
    IsString({ message: 'must be a string' }),
    ...(min > 0
      ? [AtLeast(min, min === 1 ? 'must not be empty' : `must have at least ${min} characters`)]
      : []),
    AtMost(max, `must have at most ${max} characters`),
    WellFormed(),
    ...(pattern ? [Matches(pattern, { message: patternDetail ?? `must match ${pattern.source}` })] : []),
  );

// class-validator's length checks skip variation selectors; JSON Schema and Meta count them.
const AtLeast = (min: number, message: string, { each = false } = {}) =>
  lengthRule('minLength', (length) => length >= min, message, each);
const AtMost = (max: number, message: string, { each = false } = {}) =>
  lengthRule('maxLength', (length) => length <= max, message, each);
const lengthRule = (name: string, fits: (length: number) => boolean, message: string, each: boolean) =>
  ValidateBy(
    {
      name,
      validator: {
        validate: (value: unknown) => typeof value === 'string' && fits(lengthOf(value)),
        defaultMessage: () => message,
      },
    },
    { each },
  );

/** Options of a text that must not be blank. */
export const NOT_BLANK = { pattern: /\S/, patternDetail: 'must not be blank' };

/** An http(s) link. Normalised: trimmed, scheme and host in lower case. */
export const Link = (base: Base & { patternDetail?: string } = {}) =>
  all(
    shape({ normalise: (value) => (typeof value === 'string' ? normalLink(value) : value) }),
    Text({
      ...LIMITS.link,
      pattern: /^https?:\/\/[^\s/?#]\S*$/,
      patternDetail: 'must be an http(s) link',
      ...base,
    }),
  );

const normalLink = (given: string) =>
  given
    .trim()
    .replace(/^https?:/i, (scheme) => scheme.toLowerCase())
    .replace(/^https?:\/\/[^/?#@]+(?![^/?#]*@)/, (origin) => origin.toLowerCase());

/** Whether the value is a string that Postgres can hold. */
export const isWellFormed = (value: unknown): value is string =>
  typeof value === 'string' && !value.includes('\u0000') && value.isWellFormed();

/** Whether Postgres can hold the JSON value. */
const isHoldable = (value: unknown): boolean =>
  typeof value === 'string'
    ? isWellFormed(value)
    : typeof value !== 'object' ||
      value === null ||
      Object.entries(value).every(([key, inner]) => isWellFormed(key) && isHoldable(inner));

const WellFormed = ({ each = false } = {}) =>
  ValidateBy(
    {
      name: 'wellFormed',
      validator: {
        validate: (value: unknown) => typeof value !== 'string' || isWellFormed(value),
        defaultMessage: () => `must ${each ? 'hold only' : 'be'} well-formed Unicode without NUL`,
      },
    },
    { each },
  );

/**
 * A field that is valid if `read` can parse it, and normalised by it. Rejects JSON numbers: they have lost digits or
 * a plus.
 */
const address = (read: (value: string) => string | undefined, name: string, what: string, base: Base) =>
  all(
    shape({ normalise: (value) => (typeof value === 'string' ? (read(value) ?? value) : value) }),
    field(
      { example: '+918899332211', ...base },
      { type: 'string' },
      ValidateBy({
        name,
        validator: {
          validate: (value: unknown) => typeof value === 'string' && read(value) !== undefined,
          defaultMessage: (given) =>
            `must be ${what}${typeof given?.value === 'number' ? ', given as a string' : ''}`,
        },
      }),
    ),
  );
const A_NUMBER = 'a phone number with its country code, e.g. +918899332211';

export const USER_ID = /^[A-Z]{2}\.(ENT\.)?[0-9A-Za-z]{1,128}$/;
const toUserId = (typed: string) => (USER_ID.test(typed) ? typed : undefined);

/**
 * A recipient: a phone number with its country code, as people type it, or Meta's user id (BSUID). Normalised to
 * E.164.
 */
export const Recipient = (base: Base = {}) =>
  address(
    (typed) => toE164(typed) ?? toUserId(withoutScheme(typed)),
    'recipient',
    `${A_NUMBER}, or a WhatsApp user id`,
    base,
  );

/** A phone number with its country code, as people type it. Normalised to E.164. */
export const Phone = (base: Base = {}) => address(toE164, 'phone', A_NUMBER, base);

/** One of a closed list of strings. `byDefault`: the default that readers apply; documented only, not filled in. */
export const OneOf = <T extends readonly string[]>(
  values: T,
  { byDefault, ...base }: Base & { byDefault?: T[number] } = {},
) =>
  field(
    base,
    { type: 'string', enum: [...values], ...(byDefault !== undefined && { default: byDefault }) },
    IsIn([...values], { message: `must be one of: ${values.join(', ')}` }),
  );

/** A whole number. Query strings: digits are parsed. */
export const Whole = ({ min, max, ...base }: Base & { min: number; max: number }) =>
  all(
    shape({ query: 'number' }),
    field(
      base,
      { type: 'integer', minimum: min, maximum: max },
      IsInt({ message: 'must be a whole number' }),
      Min(min, { message: `must be at least ${min}` }),
      Max(max, { message: `must be at most ${max}` }),
    ),
  );

/** A number, possibly with a fraction. */
export const Decimal = ({ min, max, ...base }: Base & { min: number; max: number }) =>
  field(
    base,
    { type: 'number', minimum: min, maximum: max },
    IsNumber({ allowNaN: false, allowInfinity: false }, { message: 'must be a number' }),
    Min(min, { message: `must be at least ${min}` }),
    Max(max, { message: `must be at most ${max}` }),
  );

export const Flag = (base: Base = {}) =>
  all(
    shape({ query: 'boolean' }),
    field(base, { type: 'boolean' }, IsBoolean({ message: 'must be true or false' })),
  );

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** An RFC 3339 time; answers are always UTC with milliseconds. */
export const Time = (base: Base = {}) =>
  field(
    { example: '2026-11-22T10:15:30.000Z', ...base },
    { type: 'string', format: 'date-time' },
    Matches(RFC_3339, { message: 'must be an RFC 3339 time, e.g. 2026-11-22T10:15:30Z' }),
    IsISO8601(
      { strict: true, strictSeparator: true },
      { message: 'must be an RFC 3339 time, e.g. 2026-11-22T10:15:30Z' },
    ),
    ValidateBy({
      name: 'year',
      validator: {
        validate: (value: unknown) =>
          !RFC_3339.test(String(value)) || hasYearOfFourDigits(Date.parse(String(value))),
        defaultMessage: () => 'must be before the year 10000 in UTC',
      },
    }),
  );

/** Four digits required: times are compared as texts and parsed by Postgres. */
const hasYearOfFourDigits = (at: number) => Number.isNaN(at) || /^\d{4}-/.test(new Date(at).toISOString());

/** A list of strings. Query strings: the parameter is repeated or, with `commas`, comma-separated. */
export const TextList = ({
  min = 0,
  max,
  each,
  among,
  commas,
  ...base
}: Base & { min?: number; max: number; each: number; among?: readonly string[]; commas?: boolean }) =>
  all(
    shape({ query: commas ? 'commas' : 'list' }),
    field(
      base,
      {
        type: 'array',
        items: { type: 'string', maxLength: each, ...(among ? { enum: [...among] } : {}) },
        minItems: min,
        maxItems: max,
      },
      IsArray({ message: 'must be a list' }),
      ...sizeOf(min, max),
      IsString({ each: true, message: 'must hold strings only' }),
      AtLeast(1, 'must not hold empty strings', { each: true }),
      AtMost(each, `must hold strings of at most ${each} characters`, { each: true }),
      WellFormed({ each: true }),
      ...(among ? [IsIn([...among], { each: true, message: `must hold only: ${among.join(', ')}` })] : []),
    ),
  );

/** An object of short string pairs. */
export const TextMap = ({ max, key, value, ...base }: Base & { max: number; key: number; value: number }) =>
  field(
    base,
    { type: 'object', additionalProperties: { type: 'string', maxLength: value }, maxProperties: max },
    IsObject({ message: 'must be an object of string pairs' }),
    ValidateBy({
      name: 'textMap',
      validator: {
        validate: (map: unknown) =>
          isPlainObject(map) &&
          Object.keys(map).length <= max &&
          Object.entries(map).every(
            ([k, v]) => isWellFormed(k) && lengthOf(k) <= key && isWellFormed(v) && lengthOf(v) <= value,
          ),
        defaultMessage: () =>
          `must hold at most ${max} string pairs, keys of at most ${key} and values of at most ${value} characters`,
      },
    }),
  );

const {
  templateVariables: { max: MOST_VARIABLES },
  templateVariable: { max: LONGEST_VARIABLE },
} = LIMITS;

/** Positional (a list) or named (an object) template variables. */
export const Variables = (base: Base = {}) =>
  field(
    base,
    {
      oneOf: [
        { type: 'array', items: { type: 'string', maxLength: LONGEST_VARIABLE }, maxItems: MOST_VARIABLES },
        {
          type: 'object',
          additionalProperties: { type: 'string', maxLength: LONGEST_VARIABLE },
          maxProperties: MOST_VARIABLES,
        },
      ],
    },
    ValidateBy({
      name: 'variables',
      validator: {
        validate: (value: unknown) => {
          const list = Array.isArray(value)
            ? (value as unknown[])
            : isPlainObject(value)
              ? Object.values(value)
              : undefined;
          return (
            list !== undefined &&
            list.length <= MOST_VARIABLES &&
            list.every((v) => isWellFormed(v) && v !== '' && lengthOf(v) <= LONGEST_VARIABLE) &&
            Object.keys(value as object).every(isWellFormed)
          );
        },
        defaultMessage: () =>
          `must be a list, or an object, of at most ${MOST_VARIABLES} non-empty strings of at most ${LONGEST_VARIABLE} characters`,
      },
    }),
  );

/** JSON of any shape that Postgres can hold, at most `depth` levels deep; the code that uses it validates the rest. */
export const Json = ({ depth = 20, list, ...base }: Base & { depth?: number; list?: boolean } = {}) =>
  field(
    base,
    list
      ? { type: 'array', items: { type: 'object', additionalProperties: true } }
      : { type: 'object', additionalProperties: true },
    ValidateBy({
      name: 'json',
      validator: {
        validate: (value: unknown) =>
          (list ? Array.isArray(value) : isPlainObject(value)) && depthOf(value, depth + 1) <= depth,
        defaultMessage: () => `must be ${list ? 'a list' : 'an object'} of at most ${depth} levels`,
      },
    }),
    ValidateBy({
      name: 'wellFormed',
      validator: {
        validate: (value: unknown) => depthOf(value, depth + 1) > depth || isHoldable(value),
        defaultMessage: () => 'must hold only well-formed Unicode without NUL',
      },
    }),
  );

type Scalar = string | number | boolean;
export type Comparable = Scalar | readonly Scalar[];
const SCALAR = { oneOf: [{ type: 'string', maxLength: 1000 }, { type: 'number' }, { type: 'boolean' }] };
const isScalar = (value: unknown) =>
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  (isWellFormed(value) && lengthOf(value) <= 1000);

/** The operand of a comparison: a text, number or boolean, or a list of up to 200. */
export const Comparable = (base: Base = {}) =>
  field(
    base,
    { oneOf: [...SCALAR.oneOf, { type: 'array', items: SCALAR, minItems: 1, maxItems: 200 }] },
    ValidateBy({
      name: 'comparable',
      validator: {
        validate: (value: unknown) =>
          Array.isArray(value)
            ? value.length >= 1 && value.length <= 200 && value.every(isScalar)
            : isScalar(value),
        defaultMessage: () =>
          'must be a text of at most 1000 characters, a number or a boolean, or a list of 1 to 200 of them',
      },
    }),
  );

/** An object of another class. */
export const Nested = (type: () => Class, { shorthand, ...base }: Base & { shorthand?: Shorthand } = {}) =>
  all(
    shape({ nested: type, ...(shorthand ? { shorthand } : {}) }),
    field(
      base,
      { type },
      IsObject({ message: 'must be an object' }),
      ValidateNested({ message: 'must be an object' }),
    ),
  );

/** A list of objects of another class. */
export const NestedList = (
  type: () => Class,
  { min = 0, max, shorthand, ...base }: Base & { min?: number; max: number; shorthand?: Shorthand },
) =>
  all(
    shape({ nested: type, most: max, ...(shorthand ? { shorthand } : {}) }),
    field(
      base,
      { type, isArray: true, minItems: min, maxItems: max },
      IsArray({ message: 'must be a list' }),
      ...sizeOf(min, max),
      ValidateNested({ each: true, message: 'must hold objects only' }),
    ),
  );

/** A list whose entries the code that uses them validates; `items` is their schema. */
export const AnyList = ({
  min = 0,
  max,
  items,
  ...base
}: Base & { min?: number; max: number; items: object }) =>
  field(
    base,
    { type: 'array', items, minItems: min, maxItems: max },
    IsArray({ message: 'must be a list' }),
    ...sizeOf(min, max),
  );

/** The bounds of a list's length. */
const sizeOf = (min: number, max: number) => [
  ...(min
    ? [ArrayMinSize(min, { message: `must have at least ${min} ${min === 1 ? 'entry' : 'entries'}` })]
    : []),
  ArrayMaxSize(max, { message: `must have at most ${max} entries` }),
];

function copyFields(from: Class, to: Class): void {
  const prototype = to.prototype as object;
  SHAPES.set(prototype, shapesOf(from));
  FIELD_SCHEMAS.set(prototype, fieldsOf(from));
  const checks = getMetadataStorage();
  for (const check of checks.getTargetValidationMetadatas(from, '', false, false))
    checks.addValidationMetadata({ ...check, target: to });
}

/** A class to extend, with the fields and rules of two classes; the first one's fields come first. */
export function both<A extends object, B extends object>(first: Class<A>, second: Class<B>): Class<A & B> {
  const made = class extends (first as Class) {};
  copyFields(second, made);
  RULES.set(made, (value) => faultsByRules(value, second));
  return made as Class<A & B>;
}

/** Any fields of `T`; null removes an optional one. */
export type Changes<T> = { [Field in keyof T]?: object extends Pick<T, Field> ? T[Field] | null : T[Field] };

/**
 * A class to extend: a change to an object of `type`, with every field optional. The rules of `type` apply to the
 * changed object, not to the change.
 */
export function changesOf<T extends object>(type: Class<T>): Class<Changes<T>> {
  const made = class {};
  copyFields(type, made);
  const fields = FIELD_SCHEMAS.get(made.prototype)!;
  for (const [name, { required, ...schema }] of fields) {
    const nullable = schema.nullable ?? !required;
    for (const check of presence({ optional: true, nullable })) check(made.prototype, name);
    fields.set(name, { ...schema, ...(nullable ? { nullable } : {}), required: false });
  }
  return made as Class<Changes<T>>;
}

/** The changed object: omitted fields stay, null removes a field. */
export function changedBy<T extends object>(before: T, changes: Changes<T>): T {
  const after: Partial<T> = { ...before };
  for (const name of Object.keys(changes) as (keyof T)[])
    if (changes[name] === null) delete after[name];
    else after[name] = changes[name] as T[keyof T];
  return after as T;
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function depthOf(value: unknown, limit: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (limit === 0) return 1;
  let deepest = 0;
  for (const inner of Object.values(value)) deepest = Math.max(deepest, depthOf(inner, limit - 1));
  return deepest + 1;
}
