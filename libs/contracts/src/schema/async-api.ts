import { EVENTS } from '../event-catalogue.js';
import { type Class, FIELD_SCHEMAS, type FieldSchema } from './field-registry.js';
import { META_CHANGE, META_ECHO, META_MESSAGE, META_STATUS, META_WEBHOOK } from '../meta/inbound.js';
import { SERVICES, topics } from '../topics.js';

type Json = Record<string, unknown>;

const text = (description: string, more: Json = {}): Json => ({ type: 'string', description, ...more });
const digits = (description: string) => text(description, { pattern: '^[0-9]+$' });

const CLOUD_EVENT = {
  ce_specversion: text('CloudEvents 1.0, Kafka binding, binary mode.', { const: '1.0' }),
  ce_id: text('Of the event or command; the same one may come again.'),
  ce_source: text('The service that wrote it.'),
  ce_time: text('When, in UTC.', { format: 'date-time' }),
  'content-type': text('Of the value.', { const: 'application/json' }),
  traceparent: text('W3C trace context of the request it goes back to.'),
};
const LOG_HEADERS = {
  ...CLOUD_EVENT,
  ce_subject: text('What it happened to: a message, a template, an account.'),
  ce_sequence: digits("The source's number of the event, without gaps over all partitions."),
  ce_previous: digits(
    "The source's number before it in this partition. Up to it seen: the event follows. The event's own number already seen: it came again, drop it. Anything else: events are missing.",
  ),
  ce_epoch: digits(
    'Goes up by one in a partition where the source lost events that it had told; its numbers go on, but `ce_previous` of the first event is not checked.',
  ),
  account: text('The account it belongs to.'),
};
const LOG_REQUIRED = Object.keys(LOG_HEADERS).filter((name) => name !== 'traceparent');
const COMMAND_HEADERS = {
  ...CLOUD_EVENT,
  account: text('The account it is for; absent where Meta names none of ours.'),
  deadline: digits('Past it (ms since the epoch) it has no effect.'),
  replyto: text('`host:port` that waits for the reply.'),
  actor: text('The id of the API key.'),
  dl_group: text('The one consumer group it is for, where it was put back from the dead letters.'),
};
const BATCH = 'application/cloudevents-batch+json';
const COMMAND_REQUIRED = ['ce_specversion', 'ce_id', 'ce_source', 'ce_time', 'content-type'];

const headersOf = (type: string | undefined, properties: Json, required: readonly string[]): Json => ({
  type: 'object',
  properties: { ...properties, ce_type: type === undefined ? text('What it is.') : { const: type } },
  required: [...required, 'ce_type'],
});

const internal = (type: string, summary: string, named = true): Json => ({
  name: type,
  summary,
  contentType: 'application/json',
  headers: headersOf(named ? type : undefined, COMMAND_HEADERS, COMMAND_REQUIRED),
  payload: { type: 'object' },
});
const BATCH_OF_COMMANDS: Json = {
  name: 'commands',
  summary:
    'Several commands of one partition in one record, as a batch of CloudEvents in JSON: the attributes are the headers of a command without `ce_`, `partitionkey` is its key. Each has its own deadline and reply.',
  contentType: BATCH,
  headers: { type: 'object', properties: { 'content-type': { const: BATCH } }, required: ['content-type'] },
  payload: {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        ...Object.fromEntries(
          Object.entries(COMMAND_HEADERS)
            .filter(([name]) => name !== 'content-type' && name !== 'dl_group')
            .map(([name, schema]) => [name.replace(/^ce_/, ''), schema]),
        ),
        specversion: { const: '1.0' },
        type: text('What is to be done.'),
        partitionkey: text('The key by which it keeps its order.'),
        data: { type: 'object' },
      },
      required: ['specversion', 'id', 'source', 'type', 'time', 'partitionkey', 'data'],
    },
  },
};
/** The messages of internal topics, by name. */
const INTERNAL_MESSAGES: Record<string, Json> = {
  command: internal('command', 'What a service is to do; ce_type says what.', false),
  commands: BATCH_OF_COMMANDS,
  [META_MESSAGE]: internal(META_MESSAGE, "A message of Meta's webhooks, as Meta wrote it."),
  [META_STATUS]: internal(META_STATUS, "A status of Meta's webhooks, as Meta wrote it."),
  [META_ECHO]: internal(
    META_ECHO,
    'A message that was written on the WhatsApp Business app, as Meta wrote it.',
  ),
  [META_CHANGE]: internal(META_CHANGE, "Any other change of Meta's webhooks, as Meta wrote it."),
  [META_WEBHOOK]: internal(META_WEBHOOK, 'A body that Meta sent, as its bytes came; kept for 30 days.'),
  'dead-letter': internal(
    'dead-letter',
    'A record that could not be handled, and why (dl_ headers); or what was done about one, whose id is the key (dl_mark).',
    false,
  ),
};

/**
 * The AsyncAPI 3.0 document of the Kafka topics, as plain JSON: the public log in full, generated from the
 * catalogue's classes; internal topics in outline.
 */
export function asyncApiDocument(): Json {
  const schemas: Record<string, Json> = {};
  const messages = { ...eventMessages(schemas), ...INTERNAL_MESSAGES };
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'WBIZ events',
      version: '1',
      description:
        'What happens to messages, templates and accounts, as CloudEvents on Kafka. Choose by the `ce_type` header, take the account from `account`, ignore types and fields you do not know. An event may come more than once, never out of order: `ce_sequence` and `ce_previous` tell. Topic names begin with `TOPIC_PREFIX` where the installation has one.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: channels(),
    operations: {
      publishEvents: {
        action: 'send',
        channel: ref('channels/events'),
        summary: 'The platform publishes what happened.',
      },
    },
    components: { messages, schemas },
  };
}

/** A message for each event of the catalogue; adds the schemas of their data to `schemas`. */
function eventMessages(schemas: Record<string, Json>): Record<string, Json> {
  const messages: Record<string, Json> = {};
  for (const [type, { data, summary, source }] of Object.entries(EVENTS))
    messages[type] = {
      name: type,
      title: type,
      summary,
      description: `Written by ${source}.`,
      contentType: 'application/json',
      headers: headersOf(type, LOG_HEADERS, LOG_REQUIRED),
      payload: refTo(data, schemas),
      bindings: { kafka: { key: text('The account, so that its events have one order.') } },
    };
  return messages;
}

function channels(): Record<string, Json> {
  const name = topics();
  return {
    events: channel(
      name.events,
      'The shared log: every event, in one order per account.',
      Object.keys(EVENTS),
    ),
    ...Object.fromEntries(
      SERVICES.map((service) => [
        `commands-${service}`,
        channel(name.commands(service), `Internal. Commands to ${service}.`, ['command', 'commands']),
      ]),
    ),
    inbound: channel(name.inbound, "Internal. Messages and statuses of Meta's webhooks.", [
      META_MESSAGE,
      META_STATUS,
      META_ECHO,
    ]),
    'inbound-changes': channel(name.inboundChanges, "Internal. Meta's other webhooks.", [META_CHANGE]),
    'inbound-raw': channel(name.inboundRaw, "Internal. What Meta's webhooks can be derived from again.", [
      META_WEBHOOK,
    ]),
    'dead-letters': channel(name.deadLetters, 'Internal. What could not be handled.', ['dead-letter']),
  };
}

const ref = (path: string): Json => ({ $ref: `#/${path}` });

const channel = (address: string, description: string, messages: readonly string[]): Json => ({
  address,
  description,
  messages: Object.fromEntries(messages.map((one) => [one, ref(`components/messages/${one}`)])),
});

function refTo(type: Class, schemas: Record<string, Json>): Json {
  if (!schemas[type.name]) {
    schemas[type.name] = {}; // set first: a class may contain itself
    schemas[type.name] = schemaOf(type, schemas);
  }
  return ref(`components/schemas/${type.name}`);
}

function schemaOf(type: Class, schemas: Record<string, Json>): Json {
  const fields = new Map<string, FieldSchema>();
  for (
    let proto = type.prototype as object | null;
    proto;
    proto = Object.getPrototypeOf(proto) as object | null
  )
    for (const [name, field] of FIELD_SCHEMAS.get(proto) ?? [])
      if (!fields.has(name)) fields.set(name, field);
  return {
    type: 'object',
    properties: Object.fromEntries([...fields].map(([name, field]) => [name, propertyOf(field, schemas)])),
    required: [...fields].filter(([, { required }]) => required).map(([name]) => name),
  };
}

function propertyOf(
  { required: _, nullable, example, ...rest }: FieldSchema,
  schemas: Record<string, Json>,
): Json {
  const { type, isArray, minItems, maxItems, ...more } = rest;
  const examples = example === undefined ? {} : { examples: [example] };
  if (typeof type === 'function') {
    const one = refTo((type as () => Class)(), schemas);
    const schema = isArray ? { type: 'array', items: one, minItems, maxItems, ...more } : one;
    return nullable ? { oneOf: [schema, { type: 'null' }] } : schema;
  }
  const limits = Object.fromEntries(
    Object.entries({ minItems, maxItems }).filter(([, limit]) => limit !== undefined),
  );
  const schema: Json = { ...(type === undefined ? {} : { type }), ...limits, ...more, ...examples };
  if (!nullable) return schema;
  if (type === undefined) return { oneOf: [schema, { type: 'null' }] };
  const values = schema['enum'] as unknown[] | undefined;
  return { ...schema, type: [type, 'null'], ...(values && { enum: [...values, null] }) };
}
