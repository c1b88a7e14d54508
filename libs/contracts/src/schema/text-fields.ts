import { IsArray, IsIn, IsISO8601, IsObject, IsString, Matches, ValidateBy } from 'class-validator';
import { LIMITS } from '../limits.js';
import { lengthOf } from '../text/characters.js';
import { toE164, withoutScheme } from '../text/phone.js';
import { all, type Base, field, shape, sizeOf } from './field-registry.js';
import { isPlainObject, isWellFormed } from './json-values.js';

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
