import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { until } from '@wbiz/testing/stack';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { Kafka, logLevel } from 'kafkajs';
import type { System } from './system.js';

type SeenRecord = { topic: string; headers: Record<string, string>; value: string };
type Document = {
  channels: Record<string, { address: string; messages: Record<string, object> }>;
  components: {
    messages: Record<string, { headers: { properties: Record<string, object> }; payload: object }>;
    schemas: Record<string, { properties?: object; additionalProperties?: boolean }>;
  };
};

/** Keys of {@link recordChecks} for messages whose `ce_type` the document leaves open, and for batches, which have none. */
export const ANY_TYPE = Symbol('any type');
export const BATCH = Symbol('batch');

/** Reads every record on the installation's topics with a consumer of kafkajs, without our libraries. */
export async function everyRecord({ brokers, topics }: System): Promise<readonly SeenRecord[]> {
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const prefix = topics.events.slice(0, topics.events.indexOf('wbiz.'));
  const names = (await admin.listTopics()).filter((name) => name.startsWith(prefix));
  let expected = 0;
  for (const name of names)
    for (const { low, high } of await admin.fetchTopicOffsets(name)) expected += Number(high) - Number(low);
  const seen: SeenRecord[] = [];
  const consumer = kafka.consumer({ groupId: `${prefix}every-record`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: names, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ topic, message: { headers, value } }) => {
      const texts = Object.entries(headers ?? {}).map(([name, one]) => [name, String(one)]);
      seen.push({
        topic,
        headers: Object.fromEntries(texts) as Record<string, string>,
        value: String(value),
      });
      return Promise.resolve();
    },
  });
  await until(() => seen.length >= expected, { describe: `${expected} records` });
  await Promise.all([consumer.disconnect(), admin.disconnect()]);
  return seen;
}

/** Checks by topic and `ce_type`, from the committed AsyncAPI document. A field that the document does not have is a fault. */
export function recordChecks() {
  const file = createRequire(import.meta.url).resolve('@wbiz/contracts/specs/asyncapi.json');
  const document = JSON.parse(readFileSync(file, 'utf8')) as Document;
  for (const schema of Object.values(document.components.schemas)) schema.additionalProperties = false;
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'asyncapi');
  const at = (path: string) => ajv.compile({ $ref: `asyncapi#/components/messages/${path}` });
  const faultsOf = (validate: ValidateFunction, data: unknown) =>
    validate(data) ? [] : [ajv.errorsText(validate.errors)];
  const checkOf = (name: string) => {
    const [headers, payload] = [at(`${name}/headers`), at(`${name}/payload`)];
    return {
      faults: (head: unknown, value: unknown) => [...faultsOf(headers, head), ...faultsOf(payload, value)],
    };
  };
  return Object.fromEntries(
    Object.values(document.channels).map(({ address, messages }) => [
      address,
      Object.fromEntries(
        Object.keys(messages).map((name) => {
          const type = document.components.messages[name]!.headers.properties['ce_type'];
          return [type === undefined ? BATCH : 'const' in type ? name : ANY_TYPE, checkOf(name)];
        }),
      ) as Record<string | symbol, ReturnType<typeof checkOf>>,
    ]),
  );
}
