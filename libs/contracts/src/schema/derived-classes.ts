import { getMetadataStorage } from 'class-validator';
import {
  type Class,
  faultsByRules,
  FIELD_SCHEMAS,
  fieldsOf,
  presence,
  RULES,
  SHAPES,
  shapesOf,
} from './field-registry.js';

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
