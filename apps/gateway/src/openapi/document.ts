import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  ApiExtraModels,
  ApiProperty,
  type ApiPropertyOptions,
  ApiResponse,
  DocumentBuilder,
  getSchemaPath,
  SwaggerModule,
} from '@nestjs/swagger';
import { FIELD_SCHEMAS, type FieldSchema } from '@wbiz/contracts/schema/field-registry';
import type { ProblemCode } from '@wbiz/contracts/problem';
import { RuntimeModule, type Runtime } from '@wbiz/service-kit/runtime';
import { accessOf } from '../access/route-access.js';
import { BYTES, DESCRIPTION, type Description } from './describe.js';
import { eventWebhooks, payloadSchemas } from './event-webhooks.js';
import { INTRODUCTION, META_REFUSALS, TAGS } from './introduction.js';
import { EXAMPLES, HEADERS, PROBLEM_SCHEMA, problemResponses, REQUEST_HEADERS } from './shared-parts.js';

type Operation = Record<string, unknown> & { responses: Record<string, unknown>; parameters: unknown[] };
type Schema = {
  readonly properties?: Readonly<Record<string, { readonly example?: unknown }>>;
  readonly required?: readonly string[];
};
type Route = { readonly description: Description; readonly access: string };

/** The OpenAPI 3.1 document of all described routes, as plain JSON. Starts nothing of the module. */
export async function openApiDocument(module: Type): Promise<Record<string, unknown>> {
  const root = { module: class Root {}, imports: [RuntimeModule.of({} as Runtime), module] };
  const app = await NestFactory.create<NestFastifyApplication>(root, new FastifyAdapter(), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  for (const [prototype, fields] of FIELD_SCHEMAS)
    for (const [name, schema] of fields) ApiProperty(optionsOf(schema))(prototype, name);
  const routes = describeRoutes(app.get(ModulesContainer));
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('WBIZ API')
    .setVersion('1')
    .setDescription(INTRODUCTION)
    .addServer('/api')
    .addSecurity('apiKey', {
      type: 'http',
      scheme: 'bearer',
      description: 'An API key: `wa_<prefix>_<secret>`.',
    })
    .addSecurity('adminToken', {
      type: 'http',
      scheme: 'bearer',
      description: "The operators' token (`ADMIN_TOKEN`).",
    })
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    ignoreGlobalPrefix: true,
    operationIdFactory: (controller, method) => `${controller}.${method}`,
  });
  await app.close();
  const { Nothing: _, ...schemas } = document.components!.schemas as Record<string, Schema>;
  const paths = Object.entries(document.paths).map(([path, operations]) => {
    const described = Object.entries(operations as Record<string, Operation>).flatMap(
      ([method, operation]) => {
        const route = routes.get(String(operation['operationId']));
        return route
          ? [[method, operationOf(path, method, withExample(operation, schemas, route), route)]]
          : [];
      },
    );
    return [path, Object.fromEntries(described)] as const;
  });
  return {
    ...document,
    tags: TAGS.map(({ name, description }) => ({ name, description })),
    paths: Object.fromEntries(paths.filter(([, operations]) => Object.keys(operations).length)),
    webhooks: eventWebhooks(schemas['EventView']!),
    components: {
      ...document.components,
      schemas: { Problem: PROBLEM_SCHEMA, ...payloadSchemas(), ...schemas },
      headers: HEADERS,
      examples: EXAMPLES,
      parameters: REQUEST_HEADERS,
    },
    'x-meta-refusals': META_REFUSALS,
  };
}

/** Nest's generator recognises a function that returns a class by its name, `type`; copied fields have lost that name. */
function optionsOf(schema: FieldSchema): ApiPropertyOptions {
  const { type = Object } = schema;
  return typeof type === 'function' && type !== Object
    ? { ...schema, type: () => (type as () => Type)() }
    : { ...schema, type: type as 'string' };
}

/**
 * Registers the routes' responses with Nest's OpenAPI generator. Returns, by `Controller.method`, what the generator cannot
 * express.
 */
function describeRoutes(modules: ModulesContainer): ReadonlyMap<string, Route> {
  const routes = new Map<string, Route>();
  for (const { controllers } of modules.values())
    for (const { metatype } of controllers.values()) {
      const prototype = (metatype as Type<object>).prototype as Record<string, object>;
      for (const method of Object.getOwnPropertyNames(prototype)) {
        const description = Reflect.getMetadata(DESCRIPTION, prototype[method] ?? {}) as
          Description | undefined;
        if (!description) continue;
        routes.set(`${(metatype as Type).name}.${method}`, {
          description,
          access: accessOf(prototype[method]!) ?? '',
        });
        const descriptor = Object.getOwnPropertyDescriptor(prototype, method)!;
        for (const answer of answersOf(description))
          for (const decorate of answer) decorate(prototype, method, descriptor);
      }
    }
  return routes;
}

function answersOf({ answers }: Description): MethodDecorator[][] {
  return Object.entries(answers).map(([code, answer]) => {
    const status = Number(code);
    const description = SUCCESS[status] ?? 'Done.';
    if (answer === null) return [ApiResponse({ status, description })];
    if (answer === BYTES) {
      const schema = { type: 'string', format: 'binary' };
      return [ApiResponse({ status, description, content: { 'application/octet-stream': { schema } } })];
    }
    if (!('page' in answer)) return [ApiResponse({ status, description, type: answer })];
    const schema = {
      type: 'object',
      required: ['data', 'nextCursor', ...Object.keys(answer.beside)],
      properties: {
        data: { type: 'array', items: { $ref: getSchemaPath(answer.page) } },
        nextCursor: {
          type: 'string',
          nullable: true,
          description: 'The cursor of the next page; null on the last.',
        },
        ...Object.fromEntries(
          Object.entries(answer.beside).map(([name, type]) => [
            name,
            { type: 'array', items: { $ref: getSchemaPath(type) } },
          ]),
        ),
      },
    };
    return [
      ApiExtraModels(answer.page, ...Object.values(answer.beside)),
      ApiResponse({ status, description, schema }),
    ];
  });
}

const SUCCESS: Readonly<Record<number, string>> = {
  200: 'OK.',
  201: 'Created.',
  202: 'Accepted, and not finished yet.',
  204: 'Done; there is no body.',
};

function operationOf(
  path: string,
  method: string,
  operation: Operation,
  { description, access }: Route,
): Operation {
  const { summary, description: text, csv, form, problems = [] } = description;
  const operators = path.startsWith('/admin/');
  const withKey = access !== 'public' && access !== 'operators';
  const scope = withKey && access !== 'any key' ? access : undefined;
  const taking = {
    body: 'requestBody' in operation,
    form: form !== undefined,
    keyed: withKey && method === 'post',
  };
  const codes = problemCodes({
    ...taking,
    operators,
    scope,
    parameters: operation.parameters.length > 0,
    path,
  });
  const headers = withKey ? limitHeaders() : undefined;
  const responses = Object.entries(operation.responses).map(([status, response]) => [
    status,
    {
      ...(csv && status === '200' ? asCsvToo(response as Response) : (response as Response)),
      ...(headers && { headers }),
    },
  ]);
  return {
    ...operation,
    ...(form && { requestBody: { required: true, content: { 'multipart/form-data': { schema: form } } } }),
    operationId: summary.toLowerCase().replace(/[^a-z]+(\w)/g, (_, letter: string) => letter.toUpperCase()),
    summary,
    description: scope
      ? `${text}\n\nScope: \`${scope}\`.`
      : withKey
        ? `${text}\n\nScope: any valid key.`
        : text,
    tags: [TAGS.find(({ prefix }) => path.startsWith(prefix))!.name],
    security: [operators ? { adminToken: [] } : { apiKey: scope ? [scope] : [] }],
    parameters: [
      ...operation.parameters,
      ...(taking.keyed ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
      ...('201' in operation.responses && '202' in operation.responses
        ? [{ $ref: '#/components/parameters/Prefer' }]
        : []),
    ],
    responses: { ...Object.fromEntries(responses), ...problemResponses([...codes, ...problems]) },
  };
}

/**
 * Adds a body example that works as it stands: the route's own, else made of its fields' examples; fields without one
 * are left out.
 */
function withExample(
  operation: Operation,
  schemas: Readonly<Record<string, Schema>>,
  { description }: Route,
): Operation {
  const { requestBody, ...rest } = operation;
  const { schema } = (requestBody as RequestBody | undefined)?.content['application/json'] ?? {};
  const fields = schemas[schema?.$ref.split('/').at(-1) ?? '']?.properties;
  if (!schema || !fields) return rest as Operation;
  const ofFields = Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) =>
      field.example === undefined ? [] : [[name, field.example]],
    ),
  );
  const { example = ofFields } = description;
  return {
    ...operation,
    requestBody: { required: true, content: { 'application/json': { schema, example } } },
  };
}

type Response = { readonly content?: Readonly<Record<string, object>> };
const asCsvToo = (response: Response): Response => ({
  ...response,
  content: { ...response.content, 'text/csv': { schema: { type: 'string' } } },
});

type RequestBody = {
  readonly content: Readonly<Record<string, { readonly schema: { readonly $ref: string } }>>;
};
type Taking = {
  body: boolean;
  form: boolean;
  keyed: boolean;
  operators: boolean;
  scope: string | undefined;
  parameters: boolean;
  path: string;
};

/** The problems that follow from a route's parameters and body. */
function problemCodes({ body, form, keyed, operators, scope, parameters, path }: Taking): ProblemCode[] {
  const when = (given: boolean, ...codes: ProblemCode[]) => (given ? codes : []);
  return [
    ...when(operators, 'invalid_admin_token', 'rate_limited'),
    ...when(!operators, 'missing_api_key', 'invalid_api_key', 'rate_limited'),
    ...when(scope !== undefined, 'insufficient_scope'),
    ...when(body, 'malformed_json'),
    ...when(form, 'malformed_request'),
    ...when(body || form, 'too_large', 'unsupported_media_type'),
    ...when(body || form || parameters, 'invalid_request'),
    ...when(path.includes('{'), 'not_found'),
    ...when(keyed, 'invalid_idempotency_key', 'idempotency_key_reused', 'idempotency_in_progress'),
    'internal_error',
    'unavailable',
  ];
}

const limitHeaders = () =>
  Object.fromEntries(
    Object.keys(HEADERS)
      .filter((name) => name !== 'Retry-After')
      .map((name) => [name, { $ref: `#/components/headers/${name}` }]),
  );
