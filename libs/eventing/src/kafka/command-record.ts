import type { Command } from '../message.js';
import type { HeaderValue, KafkaRecord } from './batching-producer.js';
import type { ConsumedRecord } from './record-consumer.js';

/** A header's text; of several with one name, the first. */
export function header(record: Pick<ConsumedRecord, 'headers'>, name: string): string | undefined {
  const value = record.headers?.[name];
  return (Array.isArray(value) ? value[0] : value)?.toString();
}

/**
 * A command as a CloudEvent in binary mode (CloudEvents 1.0, Kafka protocol binding 3.2): its attributes are headers,
 * its data is the value. Commands with the same `key` are handled in the order they were sent.
 */
export function commandRecord(
  command: Command,
  { topic, key, source }: { topic: string; key: string; source: string },
): KafkaRecord {
  const headers: Record<string, HeaderValue> = {
    ce_specversion: '1.0',
    ce_id: command.id,
    ce_source: source,
    ce_type: command.type,
    ce_time: new Date().toISOString(),
    'content-type': 'application/json',
  };
  if (command.accountId) headers['account'] = command.accountId;
  if (command.deadline !== undefined) headers['deadline'] = String(command.deadline);
  if (command.replyTo !== undefined) headers['replyto'] = command.replyTo;
  if (command.actor !== undefined) headers['actor'] = command.actor;
  if (command.traceparent !== undefined) headers['traceparent'] = command.traceparent;
  return { topic, key, headers, value: Buffer.from(JSON.stringify(command.data ?? null)) };
}

/** Reads a command or an inbound record. `accountId` is '' where the record names none. Throws what is wrong with it. */
export function readCommand(record: ConsumedRecord): Command {
  const id = header(record, 'ce_id');
  const type = header(record, 'ce_type');
  if (!id || !type) throw new Error(`The record has no header ${id ? 'ce_type' : 'ce_id'}.`);
  if (record.value === null) throw new Error('The record has no value.');
  const deadline = header(record, 'deadline');
  if (deadline !== undefined && !/^\d{1,15}$/.test(deadline))
    throw new Error(`The header deadline is "${deadline.slice(0, 40)}" and not a number of milliseconds.`);
  return {
    id,
    type,
    accountId: header(record, 'account') ?? '',
    data: JSON.parse(record.value.toString()) as unknown,
    deadline: deadline === undefined ? undefined : Number(deadline),
    replyTo: header(record, 'replyto'),
    actor: header(record, 'actor'),
    traceparent: header(record, 'traceparent'),
  };
}
