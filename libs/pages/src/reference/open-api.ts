import type { Schema, Schemas } from './schema.js';

type Ref = { readonly $ref: string };
type Or<T> = T | Ref;

export type Parameter = {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
  readonly example?: string;
};
type Content = Readonly<
  Record<
    string,
    { readonly schema: Schema; readonly example?: unknown; readonly examples?: Record<string, Or<Sample>> }
  >
>;
type Sample = { readonly summary: string; readonly value: { readonly status: number } };
type Header = { readonly description: string; readonly schema: Schema; readonly example?: unknown };
type DocumentedOperation = {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly security: readonly {
    readonly apiKey?: readonly string[];
    readonly adminToken?: readonly string[];
  }[];
  readonly parameters: readonly Or<Parameter>[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly description: string;
        readonly content?: Content;
        readonly headers?: Record<string, Or<Header>>;
      }
    >
  >;
};
/** The part of openapi.json that the reference shows. */
export type OpenApi = {
  readonly info: { readonly title: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly webhooks: Readonly<
    Record<
      string,
      {
        readonly post: {
          readonly summary: string;
          readonly parameters: readonly Parameter[];
          readonly requestBody: { readonly content: Content };
        };
      }
    >
  >;
  readonly components: {
    readonly schemas: Schemas;
    readonly examples: Readonly<Record<string, Sample>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly headers: Readonly<Record<string, Header>>;
  };
  readonly 'x-meta-refusals': readonly {
    readonly what: string;
    readonly metaCodes: readonly number[];
    readonly action: string;
    readonly status: number;
    readonly code: string;
  }[];
};

type Body = { readonly type: string; readonly schema: Schema; readonly example?: unknown };
export type Answer = {
  readonly status: string;
  readonly description: string;
  readonly bodies: readonly Body[];
  readonly headers: readonly {
    readonly name: string;
    readonly description: string;
    readonly example?: unknown;
  }[];
};
export type Problem = {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly example: unknown;
};
export type Operation = {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly area: string;
  readonly summary: string;
  readonly description: string;
  readonly scopes: readonly string[];
  readonly operators: boolean;
  readonly parameters: readonly Parameter[];
  readonly body: Body | undefined;
  readonly answers: readonly Answer[];
  readonly problems: readonly Problem[];
};
export type Area = {
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly operations: readonly Operation[];
};
export type Api = {
  readonly areas: readonly Area[];
  readonly introduction: readonly [first: string, rest: string];
  readonly base: string;
  readonly schemas: Schemas;
  readonly problems: readonly Problem[];
  readonly refusals: OpenApi['x-meta-refusals'];
  readonly webhooks: OpenApi['webhooks'];
};

/** The document as the pages need it: `$ref`s resolved, operations grouped by area. */
export function apiOf(document: OpenApi): Api {
  const { components } = document;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationOf(path, method, operation, components)),
  );
  const [first = '', ...rest] = document.info.description.split('\n\n');
  return {
    areas: document.tags.map(({ name, description }) => ({
      slug: slugOf(name),
      name,
      description,
      operations: operations.filter(({ area }) => area === slugOf(name)),
    })),
    introduction: [first, rest.join('\n\n')],
    base: document.servers[0]!.url,
    schemas: components.schemas,
    problems: Object.keys(components.examples).map((code) => problemOf(code, components)),
    refusals: document['x-meta-refusals'],
    webhooks: document.webhooks,
  };
}

const slugOf = (name: string) => name.toLowerCase().replaceAll(' ', '-');
const nameOf = ({ $ref }: Ref) => $ref.split('/').at(-1)!;
const isRef = (node: object): node is Ref => '$ref' in node;

function problemOf(code: string, { examples }: OpenApi['components']): Problem {
  const { summary, value } = examples[code]!;
  return { code, status: value.status, title: summary, example: value };
}

function operationOf(
  path: string,
  method: string,
  operation: DocumentedOperation,
  components: OpenApi['components'],
): Operation {
  const {
    operationId: id,
    summary,
    description,
    tags,
    security,
    parameters,
    requestBody,
    responses,
  } = operation;
  const { apiKey, adminToken } = security[0] ?? {};
  const isProblem = (content: Content = {}) => 'application/problem+json' in content;
  const answers = Object.entries(responses);
  return {
    id,
    method: method.toUpperCase(),
    path,
    area: slugOf(tags[0]!),
    summary,
    description: description.replace(/\n*Scope: .*$/, ''), // told beside it
    scopes: apiKey ?? [],
    operators: adminToken !== undefined,
    parameters: parameters.map((one) => (isRef(one) ? components.parameters[nameOf(one)]! : one)),
    body: bodiesOf(requestBody?.content)[0],
    answers: answers
      .filter(([, { content }]) => !isProblem(content))
      .map(([status, { description, content, headers = {} }]) => ({
        status,
        description,
        bodies: bodiesOf(content),
        headers: Object.entries(headers).map(([name, header]) => ({
          name,
          ...(isRef(header) ? components.headers[nameOf(header)]! : header),
        })),
      })),
    problems: answers
      .flatMap(([, { content }]) => Object.keys(content?.['application/problem+json']?.examples ?? {}))
      .map((code) => problemOf(code, components)),
  };
}

const bodiesOf = (content: Content = {}): Body[] =>
  Object.entries(content).map(([type, { schema, example }]) => ({ type, schema, example }));

/** Operations with every word in their method, path, summary or id. */
export function search(areas: readonly Area[], words: string): Operation[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return areas
    .flatMap(({ operations }) => operations)
    .filter(({ method, path, summary, id }) => {
      const text = `${method} ${path} ${summary} ${id}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    });
}
