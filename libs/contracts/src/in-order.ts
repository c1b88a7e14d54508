import { FIELD_SCHEMAS } from './field.js';

const NAMES = new WeakMap<object, readonly string[]>();

/** An object with its fields in the order of their class, which a row of Postgres' jsonb does not keep. */
export function inOrder<T extends object>(type: new () => T, value: T): T {
  const ordered: Partial<T> = {};
  for (const name of namesOf(type) as (keyof T)[]) if (name in value) ordered[name] = value[name];
  return ordered as T;
}

function namesOf(type: new () => object): readonly string[] {
  let names = NAMES.get(type);
  if (!names) {
    const chain: string[][] = [];
    for (
      let proto = type.prototype as object | null;
      proto;
      proto = Object.getPrototypeOf(proto) as object | null
    )
      chain.unshift([...(FIELD_SCHEMAS.get(proto)?.keys() ?? [])]);
    names = chain.flat();
    NAMES.set(type, names);
  }
  return names;
}
