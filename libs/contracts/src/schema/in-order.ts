import { fieldsOf, shapesOf, type Class } from './field-registry.js';

type Field = { readonly name: string; readonly nested: Class | undefined };
const FIELDS = new WeakMap<object, readonly Field[]>();

/** Restores the class's order of fields, also in nested objects: Postgres' jsonb loses it. */
export function inOrder<T extends object>(type: Class<T>, value: T): T {
  const ordered: Record<string, unknown> = {};
  for (const { name, nested } of inOrderOf(type))
    if (name in value) {
      const inner = value[name as keyof T];
      ordered[name] = nested ? allInOrder(nested, inner) : inner;
    }
  return ordered as T;
}

function allInOrder(type: Class, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => allInOrder(type, one));
  return typeof value === 'object' && value !== null ? inOrder(type, value) : value;
}

function inOrderOf(type: Class): readonly Field[] {
  let fields = FIELDS.get(type);
  if (!fields) {
    const shapes = shapesOf(type);
    fields = [...fieldsOf(type).keys()].map((name) => ({ name, nested: shapes.get(name)?.nested?.() }));
    FIELDS.set(type, fields);
  }
  return fields;
}
