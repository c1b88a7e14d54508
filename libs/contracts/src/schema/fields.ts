import {
  IsArray,
  IsBoolean,
  IsInt,
  IsNumber,
  IsObject,
  Max,
  Min,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { lengthOf } from '../text/characters.js';
import { all, type Base, type Class, field, shape, type Shorthand, sizeOf } from './field-registry.js';
import { depthOf, isHoldable, isWellFormed } from './json-values.js';

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

/** JSON of any shape that Postgres can hold, at most `depth` levels deep; the code that uses it validates the rest. */
export const Json = ({ depth = 20, list, ...base }: Base & { depth?: number; list?: boolean } = {}) =>
  field(
    base,
    list
      ? { type: 'array', items: { type: 'object', additionalProperties: true } }
      : { type: 'object', additionalProperties: true },
    list ? IsArray({ message: 'must be a list' }) : IsObject({ message: 'must be an object' }),
    ValidateBy({
      name: 'depth',
      validator: {
        validate: (value: unknown) => depthOf(value, depth + 1) <= depth,
        defaultMessage: () => `must be nested at most ${depth} levels deep`,
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
