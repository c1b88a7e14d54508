import openapiTypescript, { astToString } from 'openapi-typescript';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format as pretty, resolveConfig } from 'prettier';
import ts from 'typescript';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const specOf = (name) => JSON.parse(readFileSync(path(`libs/contracts/specs/${name}.json`), 'utf8'));

/** The types of the SDK as the documents ask for them: the customers' routes, and each event's data by its type. */
export async function sdkTypes() {
  const name = 'libs/sdk/src/api.ts';
  const file = path(name);
  const types = await openapiTypescript(customersDocument(specOf('openapi'), specOf('asyncapi')), {
    silent: true,
    defaultNonNullable: false, // a field with a default may be left out of a body
    transform: ({ format }) => (format === 'binary' ? ts.factory.createTypeReferenceNode('Blob') : undefined),
  });
  const text = `// Written by npm run specs from openapi.json and asyncapi.json.\n\n${astToString(types)}`;
  return { name, file, after: await pretty(text, { ...(await resolveConfig(file)), filepath: file }) };
}

function customersDocument(openapi, asyncapi) {
  const paths = Object.fromEntries(
    Object.entries(openapi.paths)
      .filter(([route]) => route.startsWith('/v1/'))
      .map(([route, operations]) => [route, mapValues(operations, successes)]),
  );
  const feedTypes = openapi.components.schemas.EventView.properties.type.enum;
  const payloads = Object.fromEntries(
    feedTypes.map((type) => [type, asyncapi.components.messages[type].payload]),
  );
  const EventData = { type: 'object', properties: payloads, required: feedTypes };
  const known = { ...asyncapi.components.schemas, ...openapi.components.schemas, EventData };
  const schemas = {};
  const take = (node) => {
    for (const [, schema] of JSON.stringify(node).matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      if (!schemas[schema]) take((schemas[schema] = known[schema]));
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

/** Refusals are all one `Problem`; the headers of an answer are the client's business. */
const successes = (operation) => ({
  ...operation,
  responses: Object.fromEntries(
    Object.entries(operation.responses)
      .filter(([status]) => status.startsWith('2'))
      .map(([status, { description, content }]) => [status, { description, ...(content && { content }) }]),
  ),
});

const mapValues = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
