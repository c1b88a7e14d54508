import { ArrayMaxSize, ArrayMinSize, ValidateIf } from 'class-validator';
import type { FieldFault } from '../problem.js';

export type Class<T = object> = new () => T;
export type Base = { optional?: boolean; nullable?: boolean; description?: string; example?: unknown };

/** What parsing needs to know of a field beyond class-validator's rules. */
type FieldShape = {
  nested?: () => Class;
  most?: number;
  shorthand?: Shorthand;
  normalise?: (value: unknown) => unknown;
  query?: 'number' | 'boolean' | 'list' | 'commas';
};
/** Makes the object that a bare string stands for. */
export type Shorthand = (text: string) => object;
export const SHAPES = new WeakMap<object, Map<string, FieldShape>>();

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
export const RULES = new WeakMap<object, ClassRule>();

/** A rule across the fields of a class. Runs only if every field is valid; pointers are relative to the object. */
export const Rule =
  <T extends object>(rule: (value: T) => Iterable<FieldFault>) =>
  (type: Class<T>): void =>
    void RULES.set(type, rule);

/** Rules that also take an object without its faulty fields. */
const RULES_OF_PARTS = new WeakMap<object, ClassRule>();

/** A {@link Rule} that also runs beside faults: it then gets the valid fields only. */
export const RuleOfParts =
  <T extends object>(rule: (value: Partial<T>) => Iterable<FieldFault>) =>
  (type: Class<T>): void => {
    RULES.set(type, rule);
    RULES_OF_PARTS.set(type, rule);
  };

/** The rule of a class that also runs on its valid fields alone; undefined if it has none. */
export const ruleOfParts = (type: Class): ((valid: object) => Iterable<FieldFault>) | undefined =>
  RULES_OF_PARTS.get(type) as ((valid: object) => Iterable<FieldFault>) | undefined;

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

export const shape =
  (fieldShape: FieldShape): PropertyDecorator =>
  (target, key) => {
    const shapes = SHAPES.get(target) ?? new Map<string, FieldShape>();
    SHAPES.set(target, shapes.set(String(key), fieldShape));
  };

/** `nullable` fields accept null; `optional` ones may be absent, but null is a fault unless they are nullable too. */
export const presence = ({ optional, nullable }: Base): PropertyDecorator[] => [
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

export const all =
  (...decorators: PropertyDecorator[]): PropertyDecorator =>
  (target, key) =>
    decorators.forEach((decorator) => decorator(target, key));

export const field = (base: Base, schema: object, ...rules: PropertyDecorator[]) =>
  all(...presence(base), ...rules, described(base, schema));

/** The bounds of a list's length. */
export const sizeOf = (min: number, max: number) => [
  ...(min
    ? [ArrayMinSize(min, { message: `must have at least ${min} ${min === 1 ? 'entry' : 'entries'}` })]
    : []),
  ArrayMaxSize(max, { message: `must have at most ${max} entries` }),
];
