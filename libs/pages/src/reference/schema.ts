/** The part of JSON Schema (2020-12) that the documents use. */
export type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly additionalProperties?: boolean | Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
};
export type Schemas = Readonly<Record<string, Schema>>;

/** A schema with its top-level `$ref`s resolved. `name`: the name of the last `$ref`. */
export type Found = Schema & { readonly name?: string; readonly nullable: boolean };

/** Resolves `$ref`, merges `allOf`, and makes an alternative of null `nullable`. */
export function found(schema: Schema, schemas: Schemas): Found {
  const { $ref, allOf, anyOf, oneOf, type, ...own } = schema;
  const types = [type ?? []].flat();
  const alternatives = (anyOf ?? oneOf)?.filter((one) => one.type !== 'null');
  const nullable = types.includes('null') || alternatives?.length !== (anyOf ?? oneOf)?.length;
  const single = types.filter((one) => one !== 'null')[0];
  const name = $ref?.split('/').at(-1);
  const parts = [
    ...(name ? [{ ...found(schemas[name] ?? {}, schemas), name }] : []),
    ...(allOf ?? []).map((part) => found(part, schemas)),
    ...(alternatives?.length === 1 ? [found(alternatives[0]!, schemas)] : []),
  ];
  return {
    ...Object.assign({}, ...parts),
    ...own,
    ...(single && { type: single }),
    ...(alternatives && alternatives.length > 1 && { oneOf: alternatives }),
    nullable: nullable || parts.some((part) => part.nullable),
  };
}

/** The object whose fields are listed: the schema itself, or the items of its list or map. */
function fieldsOf(schema: Schema, schemas: Schemas): Found | undefined {
  const { items, additionalProperties, oneOf, ...whole } = found(schema, schemas);
  if (whole.properties) return whole;
  const inner = items ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
  if (inner) return fieldsOf(inner, schemas);
  return oneOf?.map((one) => fieldsOf(one, schemas)).find(Boolean);
}

/** A field as the reference shows it. */
export type Field = {
  readonly name: string;
  /** `string, date-time or null` */
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
  /** `at most 1,024 characters` */
  readonly limits: readonly string[];
  readonly values: readonly unknown[];
  /** The schema with nested fields, and its name if it has one. */
  readonly content?: { readonly schema: Schema; readonly name: string | undefined };
};

/** The fields of an object. `within`: the names of the enclosing schemas; a schema that holds itself ends there. */
export function fieldList(schema: Schema, schemas: Schemas, within: readonly string[] = []): Field[] {
  const { properties = {}, required = [], name } = fieldsOf(schema, schemas) ?? {};
  const around = name ? [...within, name] : within;
  return Object.entries(properties).map(([field, of]) => {
    const one = found(of, schemas);
    const content = fieldsOf(of, schemas);
    const values = one.const === undefined ? (one.enum ?? []) : [one.const];
    return {
      name: field,
      type: typeOf(of, schemas),
      required: required.includes(field),
      description: one.description ?? '',
      limits: limitsOf(one),
      values: values.filter((value) => value !== null),
      ...(content &&
        !(content.name && around.includes(content.name)) && { content: { schema: of, name: content.name } }),
    };
  });
}

/** The type in words. */
export function typeOf(schema: Schema, schemas: Schemas): string {
  const { type, format, items, oneOf, additionalProperties, properties, nullable } = found(schema, schemas);
  const words = () => {
    if (oneOf) return oneOf.map((one) => typeOf(one, schemas)).join(' or ');
    if (items) return `list of ${plural(typeOf(items, schemas))}`;
    if (type === 'array') return 'list';
    if (!properties && typeof additionalProperties === 'object')
      return `map of ${plural(typeOf(additionalProperties, schemas))}`;
    if (format === 'binary') return 'file';
    if (format === 'date-time') return 'time';
    return String(type ?? 'anything');
  };
  return nullable ? `${words()} or null` : words();
}

/** The schema's name, else its type in words; for a page, of its items. */
export function nameOf(schema: Schema, schemas: Schemas): string {
  const { name, properties } = found(schema, schemas);
  const { items } = properties?.['nextCursor'] ? found(properties['data'] ?? {}, schemas) : {};
  return items ? `page of ${nameOf(items, schemas)}` : (name ?? typeOf(schema, schemas));
}

const plural = (type: string) => (/^\w+$/.test(type) && type !== 'anything' ? `${type}s` : type);

const count = (number: number) => number.toLocaleString('en');
const isCounted = (limit: number | undefined): limit is number =>
  limit !== undefined && Math.abs(limit) < Number.MAX_SAFE_INTEGER;

function limitsOf(schema: Schema): string[] {
  const { minLength = 0, maxLength, minimum, maximum, minItems = 0, maxItems, maxProperties } = schema;
  return [
    between(minLength > 1 ? minLength : undefined, maxLength, ' characters'),
    between(minimum, maximum, ''),
    between(minItems > 0 ? minItems : undefined, maxItems, ' items'),
    between(undefined, maxProperties, ' entries'),
    schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
    schema.pattern && !BLANK.has(schema.pattern) ? `matches \`${schema.pattern}\`` : '',
  ].filter(Boolean);
}
/** Patterns that only mean "not blank". */
const BLANK = new Set(['\\S', '[^\\s\\p{Cc}\\p{DI}\\u2800]', '^\\S(.*\\S)?$']);

function between(least: number | undefined, most: number | undefined, unit: string): string {
  if (isCounted(least) && isCounted(most))
    return least === most ? `${count(least)}${unit}` : `${count(least)} to ${count(most)}${unit}`;
  if (isCounted(most)) return `at most ${count(most)}${unit}`;
  return isCounted(least) ? `at least ${count(least)}${unit}` : '';
}
