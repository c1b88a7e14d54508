import type { Operation, Parameter } from './open-api.js';
import { exampleOf, idFor } from './example.js';
import type { Schemas } from './schema.js';

/** A call as filled in. `values`: parameters by name, as text; empty ones are left out. */
export type Call = {
  readonly operation: Operation;
  readonly values: Readonly<Record<string, string>>;
  /** The JSON text as typed. */
  readonly body: string | undefined;
  /** The file, if the body is a form. */
  readonly file?: File | undefined;
};

export const isForm = ({ body }: Operation) => body?.type === 'multipart/form-data';

/** A call with only its example body. */
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
/** An example of a path parameter: `msg_…` for `{id}` in `/v1/messages/{id}`. */
export function pathExample({ path }: Operation, name: string): string {
  const before =
    path
      .slice(0, path.indexOf(`{${name}}`))
      .split('/')
      .at(-2) ?? '';
  return PATH_WORDS[name] ?? idFor(name) ?? idFor(before) ?? name;
}

/** The path with its parameters; examples stand in for missing ones. */
export const filledPath = ({ operation, values }: Call): string =>
  operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(values[name] || pathExample(operation, name)),
  );

/** Filled-in query parameters; a list's items separately. */
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

/** Filled-in header parameters. */
export const headersOf = ({ operation, values }: Call): (readonly [string, string])[] =>
  operation.parameters
    .filter(({ in: where, name }) => where === 'header' && values[name])
    .map(({ name }) => [name, values[name]!] as const);
