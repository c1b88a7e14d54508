import openapiTypescript, { astToString } from 'openapi-typescript';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format as pretty, resolveConfig } from 'prettier';
import ts from 'typescript';

type Schemas = Record<string, unknown>;
type Operation = { responses: Record<string, { description: string; content?: object }> };
type OpenApi = {
  openapi: string;
  info: object;
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Schemas & { EventView: { properties: { type: { enum: string[] } } } };
    parameters: object;
  };
};
type AsyncApi = { components: { messages: Record<string, { payload: object }>; schemas: Schemas } };

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const specOf = (name: string) => JSON.parse(readFileSync(path(`libs/contracts/specs/${name}.json`), 'utf8'));

/** Makes the SDK's types from the OpenAPI and AsyncAPI documents: the routes under /v1, and the data of events by type. */
export async function sdkTypes() {
  const name = 'libs/sdk/src/api.ts';
  const file = path(name);
  const types = await openapiTypescript(customersDocument(specOf('openapi'), specOf('asyncapi')) as never, {
    silent: true,
    defaultNonNullable: false, // a field with a default is optional in a body
    transform: ({ format }) => (format === 'binary' ? ts.factory.createTypeReferenceNode('Blob') : undefined),
  });
  const text = `// Written by npm run specs from openapi.json and asyncapi.json.\n\n${astToString(types)}`;
  return { name, file, after: await pretty(text, { ...(await resolveConfig(file)), filepath: file }) };
}

function customersDocument(openapi: OpenApi, asyncapi: AsyncApi) {
  const paths = Object.fromEntries(
    Object.entries(openapi.paths)
      .filter(([route]) => route.startsWith('/v1/'))
      .map(([route, operations]) => [route, mapValues(operations, successes)]),
  );
  const feedTypes = openapi.components.schemas.EventView.properties.type.enum;
  const payloads = Object.fromEntries(
    feedTypes.map((type) => [type, asyncapi.components.messages[type]!.payload]),
  );
  const EventData = { type: 'object', properties: payloads, required: feedTypes };
  const known: Schemas = { ...asyncapi.components.schemas, ...openapi.components.schemas, EventData };
  const schemas: Schemas = {};
  const take = (node: unknown) => {
    for (const [, schema] of JSON.stringify(node).matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      if (!schemas[schema!]) take((schemas[schema!] = known[schema!]));
  };
  for (const root of ['Problem', 'EventData']) take({ $ref: `#/components/schemas/${root}` });
  take(paths);
  return {
    openapi: openapi.openapi,
    info: openapi.info,
    paths,
    components: { schemas, parameters: openapi.components.parameters },
  };
}

/** The operation with 2xx answers only, without headers: the body of every other answer has the type `Problem`. */
const successes = (operation: Operation) => ({
  ...operation,
  responses: Object.fromEntries(
    Object.entries(operation.responses)
      .filter(([status]) => status.startsWith('2'))
      .map(([status, { description, content }]) => [status, { description, ...(content && { content }) }]),
  ),
});

const mapValues = <From, To>(object: Readonly<Record<string, From>>, change: (value: From) => To) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
