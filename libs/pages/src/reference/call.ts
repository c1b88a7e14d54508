import type { Operation, Parameter } from './api.js';
import { exampleOf, idFor } from './example.js';
import type { Schemas } from './schema.js';

/** A call as somebody has filled it in: parameters by name, as text; one that is empty is left out. */
export type Call = {
  readonly operation: Operation;
  readonly values: Readonly<Record<string, string>>;
  /** JSON, as written. */
  readonly body: string | undefined;
  /** For a form. */
  readonly file?: File | undefined;
};

export const isForm = ({ body }: Operation) => body?.type === 'multipart/form-data';

/** A call with nothing but the example of its body. */
export function exampleCall(operation: Operation, schemas: Schemas): Call {
  const { body } = operation;
  const json = body && !isForm(operation) ? (body.example ?? exampleOf(body.schema, schemas)) : undefined;
  return { operation, values: {}, body: json === undefined ? undefined : JSON.stringify(json, null, 2) };
}

const PATH_WORDS: Readonly<Record<string, string>> = {
  name: 'vip',
  key: 'city',
  service: 'contacts',
  projection: 'tags',
};
/** What a value of it looks like: `msg_…` for `{id}` in `/v1/messages/{id}`. */
export function pathExample({ path }: Operation, name: string): string {
  const before =
    path
      .slice(0, path.indexOf(`{${name}}`))
      .split('/')
      .at(-2) ?? '';
  return PATH_WORDS[name] ?? idFor(name) ?? idFor(before) ?? name;
}

/** The path with its parameters; with examples for those that are not filled in. */
export const filledPath = ({ operation, values }: Call): string =>
  operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(values[name] || pathExample(operation, name)),
  );

/** Query parameters that are filled in; a list's items one by one. */
export function queryOf({ operation, values }: Call): (readonly [Parameter, readonly string[]])[] {
  return operation.parameters
    .filter(({ in: where, name }) => where === 'query' && values[name])
    .map((parameter) => {
      const value = values[parameter.name]!;
      const isList = parameter.schema.type === 'array';
      const items = isList ? value.split(',').map((item) => item.trim()) : [value];
      return [parameter, items.filter(Boolean)] as const;
    });
}

export function urlOf(call: Call, base: string): string {
  const pairs = queryOf(call).flatMap(([{ name }, items]) => items.map((item) => [name, item]));
  const search = new URLSearchParams(pairs).toString();
  return `${base}${filledPath(call)}${search && `?${search}`}`;
}

/** Header parameters that are filled in. */
export const headersOf = ({ operation, values }: Call): (readonly [string, string])[] =>
  operation.parameters
    .filter(({ in: where, name }) => where === 'header' && values[name])
    .map(({ name }) => [name, values[name]!] as const);
