import { asyncApiDocument } from '@wbiz/contracts/schema/async-api';
import { EVENTS, FEED_EVENT_TYPES } from '@wbiz/contracts/event-catalogue';

type Schema = {
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
};
type Log = {
  readonly components: {
    readonly messages: Readonly<Record<string, { readonly payload: { readonly $ref: string } }>>;
    readonly schemas: Readonly<Record<string, object>>;
  };
};
const { components } = asyncApiDocument() as Log;
const payloadOf = (type: string) => components.messages[type]!.payload;

const header = (name: string, description: string, example: string) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
  example,
});
const HEADERS = [
  header('webhook-id', 'Of the event: the same one may come again.', 'evt_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E'),
  header('webhook-timestamp', 'When it was sent, in seconds since 1970.', '1764000000'),
  header(
    'webhook-signature',
    'Of `<webhook-id>.<webhook-timestamp>.<body>` by HMAC-SHA256, as Standard Webhooks has it; one for each secret that holds.',
    'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  ),
];

/** The events that a webhook can subscribe to, as they are posted. Takes the schema of a feed event for their envelope. */
export function eventWebhooks({ properties, required = [] }: Schema): Record<string, object> {
  const { data: _, ...around } = properties ?? {};
  const schemaOf = (type: string) => ({
    type: 'object',
    required: [...required, 'accountId'],
    properties: {
      ...around,
      type: { type: 'string', const: type },
      accountId: { type: 'string', example: 'acc_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E' },
      data: payloadOf(type),
    },
  });
  const hookOf = (type: keyof typeof EVENTS) => ({
    tags: ['Webhooks'],
    summary: EVENTS[type].summary,
    parameters: HEADERS,
    requestBody: { required: true, content: { 'application/json': { schema: schemaOf(type) } } },
    responses: {
      '2XX': { description: 'Received. Anything else, redirects included, is tried again later.' },
    },
  });
  return Object.fromEntries(FEED_EVENT_TYPES.map((type) => [type, { post: hookOf(type) }]));
}

/** The schemas of the webhooks' payloads, with everything they refer to. */
export function payloadSchemas(): Record<string, object> {
  const schemas: Record<string, object> = {};
  const take = (node: object) => {
    for (const [, name] of JSON.stringify(node).matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      if (!schemas[name!]) take((schemas[name!] = components.schemas[name!]!));
  };
  take(FEED_EVENT_TYPES.map(payloadOf));
  return schemas;
}
