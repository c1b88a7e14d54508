import type { Command } from '../message.js';
import type { HeaderValue, KafkaRecord } from './batching-producer.js';
import type { ConsumedRecord } from './record-consumer.js';

/** A header's value as text; of several headers with the name, the first. */
export function header(record: Pick<ConsumedRecord, 'headers'>, name: string): string | undefined {
  const value = record.headers?.[name];
  return (Array.isArray(value) ? value[0] : value)?.toString();
}

/** A command's CloudEvent attributes, and their headers in binary mode. */
const HEADERS = {
  specversion: 'ce_specversion',
  id: 'ce_id',
  source: 'ce_source',
  type: 'ce_type',
  time: 'ce_time',
  account: 'account',
  deadline: 'deadline',
  replyto: 'replyto',
  actor: 'actor',
  traceparent: 'traceparent',
} as const;
const ATTRIBUTES = Object.keys(HEADERS) as Attribute[];
type Attribute = keyof typeof HEADERS;
type Attributes = { readonly [Name in Attribute]: string | undefined };

const attributesOf = (command: Command, source: string): Attributes => ({
  specversion: '1.0',
  id: command.id,
  source,
  type: command.type,
  time: new Date().toISOString(),
  account: command.accountId || undefined,
  deadline: command.deadline?.toString(),
  replyto: command.replyTo,
  actor: command.actor,
  traceparent: command.traceparent,
});

function headersOf(attributes: Attributes): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  for (const name of ATTRIBUTES) {
    const value = attributes[name];
    if (value !== undefined) headers[HEADERS[name]] = value;
  }
  return headers;
}

/**
 * A command as a CloudEvent in binary mode (CloudEvents 1.0, Kafka protocol binding 3.2): its attributes are headers,
 * its data is the value. Commands with the same `key` are handled in the order sent.
 */
export function commandRecord(
  command: Command,
  { topic, key, source }: { topic: string; key: string; source: string },
): KafkaRecord {
  const headers: Record<string, HeaderValue> = headersOf(attributesOf(command, source));
  return { topic, key, headers, value: Buffer.from(JSON.stringify(command.data ?? null)) };
}

/** A command and its ordering key. */
export type KeyedCommand = { readonly command: Command; readonly key: string };

/** The content type of a list of CloudEvents (JSON batch format). Each event has its ordering key in `partitionkey`. */
const BATCH = 'application/cloudevents-batch+json';

/**
 * Packs the commands of one partition, in order, into as few records as possible with values of at most `most` bytes. A
 * command alone in a record is written as by {@link commandRecord}, and may exceed `most`.
 */
export function commandRecords(
  all: readonly KeyedCommand[],
  { topic, partition, source, most }: { topic: string; partition: number; source: string; most: number },
): KafkaRecord[] {
  const lists: { readonly first: KeyedCommand; readonly texts: string[]; bytes: number }[] = [];
  for (const one of all) {
    const { command, key } = one;
    const event = { ...attributesOf(command, source), partitionkey: key, data: command.data ?? null };
    const text = JSON.stringify(event);
    const bytes = Buffer.byteLength(text) + ','.length;
    const last = lists.at(-1);
    if (last && last.bytes + bytes <= most) {
      last.texts.push(text);
      last.bytes += bytes;
    } else lists.push({ first: one, texts: [text], bytes: bytes + '['.length });
  }
  return lists.map(({ first: { command, key }, texts }) =>
    texts.length === 1
      ? { ...commandRecord(command, { topic, key, source }), partition }
      : { topic, partition, key: null, headers: { 'content-type': BATCH }, value: `[${texts.join()}]` },
  );
}

/** A command as received: in a record of its own, or as one of several in a record. */
export type Received = Pick<ConsumedRecord, 'offset' | 'timestamp' | 'headers'> & {
  readonly key: string | null;
  /** Throws if the command is malformed. */
  readonly read: () => Command;
  /** The command as a record of its own. */
  readonly alone: () => ConsumedRecord;
};

/** The commands in a record, in order; an inbound record counts as one command. */
export function receivedIn(record: ConsumedRecord): readonly Received[] {
  const { offset, timestamp, headers, key } = record;
  const events = header(record, 'content-type') === BATCH ? listIn(record.value) : undefined;
  if (events) return events.map((event) => ofList(event, record));
  const read = () => readCommand(record);
  return [{ offset, timestamp, headers, key: key && key.toString('latin1'), read, alone: () => record }];
}

function listIn(value: Buffer | null): readonly unknown[] | undefined {
  try {
    const list = JSON.parse(String(value)) as unknown;
    return Array.isArray(list) ? list : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function ofList(event: unknown, record: ConsumedRecord): Received {
  const given = Object(event) as Record<string, unknown>;
  const told = (name: string) => (typeof given[name] === 'string' ? given[name] : undefined);
  const attributes = Object.fromEntries(ATTRIBUTES.map((name) => [name, told(name)])) as Attributes;
  const named = told('partitionkey');
  const key = named === undefined ? null : Buffer.from(named);
  const { data } = given;
  return {
    offset: record.offset,
    timestamp: record.timestamp,
    headers: record.headers,
    key: key && key.toString('latin1'),
    read: () => commandOf(attributes, () => data),
    alone: () => ({
      ...record,
      key,
      headers: headersOf(attributes),
      value: Buffer.from(JSON.stringify(data ?? null)),
    }),
  };
}

/**
 * Reads a command or an inbound record. `accountId` is '' if the record has none. Throws if the record is malformed.
 */
export function readCommand(record: ConsumedRecord): Command {
  const attributes = Object.fromEntries(
    ATTRIBUTES.map((name) => [name, header(record, HEADERS[name])]),
  ) as Attributes;
  return commandOf(attributes, () => {
    if (record.value === null) throw new Error('The record has no value.');
    return JSON.parse(record.value.toString()) as unknown;
  });
}

function commandOf(
  { id, type, account, deadline, replyto, actor, traceparent }: Attributes,
  read: () => unknown,
): Command {
  if (!id || !type) throw new Error(`The record has no header ${id ? HEADERS.type : HEADERS.id}.`);
  if (deadline !== undefined && !/^\d{1,15}$/.test(deadline))
    throw new Error(`The header deadline is "${deadline.slice(0, 40)}" and not a number of milliseconds.`);
  return {
    id,
    type,
    accountId: account ?? '',
    data: read(),
    deadline: deadline === undefined ? undefined : Number(deadline),
    replyTo: replyto,
    actor,
    traceparent,
  };
}
