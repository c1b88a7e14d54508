import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { apiOf, type OpenApi } from './open-api.js';
import { exampleCall, isForm } from './call.js';
import { exampleOf } from './example.js';
import { logOf, type AsyncApi } from './async-api.js';
import type { Schema, Schemas } from './schema.js';

const specOf = <T>(name: string) =>
  JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve(`@wbiz/contracts/specs/${name}.json`), 'utf8'),
  ) as T;
const api = apiOf(specOf<OpenApi>('openapi'));
const log = logOf(specOf<AsyncApi>('asyncapi'));

/** Lists a value's faults against a schema of the document. */
function judgeOf(schemas: Schemas) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'document', components: { schemas } });
  return (value: unknown, schema: Schema): string[] => {
    const validate = ajv.compile(
      JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')) as object,
    );
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}
const faults = judgeOf(api.schemas);
const faultsOnKafka = judgeOf(log.schemas);

describe('an example made of a schema is valid by it:', () => {
  it.each(Object.keys(api.schemas))('%s', (name) => {
    const schema = { $ref: `#/components/schemas/${name}` };
    expect(faults(exampleOf(schema, api.schemas), schema)).toEqual([]);
  });

  it.each(Object.entries(api.webhooks))('the webhook %s', (type, { post }) => {
    const { schema } = post.requestBody.content['application/json']!;
    const example = exampleOf(schema, api.schemas);
    expect(example).toMatchObject({
      type,
      accountId: expect.stringMatching(/^acc_/),
      data: expect.any(Object),
    });
    expect(faults(example, schema)).toEqual([]);
  });

  it.each(log.events.messages.map((message) => [message.name, message] as const))(
    "Kafka's %s",
    (_, { payload }) => {
      expect(faultsOnKafka(exampleOf(payload, log.schemas), payload)).toEqual([]);
    },
  );
});

describe('the body that a form begins with is valid:', () => {
  const operations = api.areas
    .flatMap((area) => area.operations)
    .filter((operation) => operation.body && !isForm(operation));
  it.each(operations.map((operation) => [operation.id, operation] as const))('%s', (_, operation) => {
    const { body } = exampleCall(operation, api.schemas);
    expect(faults(JSON.parse(body!), operation.body!.schema)).toEqual([]);
  });
});

describe('an example', () => {
  const made = (schema: Schema, schemas: Schemas = {}) => exampleOf(schema, schemas);

  it("goes by the fields' own examples, and leaves out what is optional and has none", () => {
    const properties = {
      to: { type: 'string', example: '+1' },
      note: { type: 'string', examples: ['n'] },
      other: { type: 'string' },
    };
    expect(made({ properties, required: ['to'] })).toEqual({ to: '+1', note: 'n' });
  });

  it('has ids of the kind that the name is about', () => {
    const View = { properties: { id: { type: 'string' } }, required: ['id'] };
    const schemas = { CampaignView: View, PhoneNumberView: View };
    expect(made({ $ref: '#/components/schemas/CampaignView' }, schemas)).toEqual({
      id: expect.stringMatching(/^cmp_/),
    });
    expect(made({ $ref: '#/components/schemas/PhoneNumberView' }, schemas)).toEqual({
      id: '106540352242922',
    });
  });

  it('ends where a schema holds itself', () => {
    const Row: Schema = {
      properties: { rows: { type: 'array', items: { $ref: '#/components/schemas/Row' } } },
      required: ['rows'],
    };
    expect(made({ $ref: '#/components/schemas/Row' }, { Row })).toEqual({ rows: [{}] });
  });

  it('is null where nothing is known of a value that may be', () => {
    expect(made({ type: ['object', 'null'], additionalProperties: true })).toBeNull();
    expect(made({ anyOf: [{ type: 'null' }, { type: 'string', example: 'x' }] })).toBe('x');
  });
});
