import { fieldsOf, shapesOf, type FieldSchema, type Class } from './field-registry.js';
import { isPlainObject } from './json-values.js';
import { cut } from '../meta/item.js';

/**
 * Fits Meta's data to our fields: cuts what is too long, and drops what a field cannot hold. Undefined if a required
 * field would be dropped.
 */
export function fitted<T extends object>(type: Class<T>, given: object): T | undefined {
  const fields = fieldsOf(type);
  const nested = shapesOf(type);
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const schema = fields.get(name);
    const fit = schema && fittedValue(schema, nested.get(name)?.nested?.(), value);
    if (fit !== undefined) kept[name] = fit;
    else if (schema?.required && schema.nullable) kept[name] = null;
  }
  const whole = [...fields].every(([name, { required }]) => !required || name in kept);
  return whole ? (kept as T) : undefined;
}

function fittedValue(schema: FieldSchema, nested: Class | undefined, value: unknown): unknown {
  const { type, isArray, nullable, maxItems = Infinity } = schema as Bounds;
  if (value === null) return nullable ? null : undefined;
  if (nested && isArray)
    return Array.isArray(value)
      ? value.slice(0, maxItems).flatMap((one) => fittedValue({ required: false }, nested, one) ?? [])
      : undefined;
  if (nested) return isPlainObject(value) ? fitted(nested, value) : undefined;
  if (type === 'string') return fittedText(schema, value);
  if (type === 'integer' || type === 'number') return fittedNumber(schema, value);
  return value;
}

type Bounds = {
  readonly type?: unknown;
  readonly isArray?: boolean;
  readonly nullable?: boolean;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
};

function fittedText({ minLength = 0, maxLength = Infinity }: Bounds, value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = cut(value, { max: maxLength });
  return text.length >= minLength ? text : undefined;
}

const fittedNumber = ({ minimum = -Infinity, maximum = Infinity }: Bounds, value: unknown) =>
  typeof value === 'number' && value >= minimum && value <= maximum ? value : undefined;
