import { newId } from '@wbiz/contracts/ids';
import { META_CHANGE, META_WEBHOOK } from '@wbiz/contracts/meta/inbound';
import { topics } from '@wbiz/contracts/topics';
import type { KafkaRecord } from '@wbiz/eventing/kafka/batching-producer';
import { commandRecord } from '@wbiz/eventing/kafka/command-record';
import { parseMetaJson, splitWebhook, type InboundItem, type SplitWebhook } from './split-webhook.js';

type InboundType = InboundItem['type'] | typeof META_WEBHOOK;
export type TopicOf = (type: InboundType) => string;

/** The topic of each type of record. */
export function inboundTopics(prefix: string | undefined): TopicOf {
  const name = topics(prefix);
  return (type) =>
    type === META_WEBHOOK ? name.inboundRaw : type === META_CHANGE ? name.inboundChanges : name.inbound;
}

/** Below Kafka's `message.max.bytes` (1,048,588 by default): Meta would repeat a webhook that Kafka refuses for days. */
const MAX_VALUE_BYTES = 1_000_000;

/** A webhook's raw bytes; `receivedAt` in RFC 3339. */
export type Webhook = {
  readonly body: Buffer;
  readonly receivedAt: string;
  readonly traceparent?: string | undefined;
};

/** The records of a webhook: the raw one, one per item, and how many parts were dropped and why. */
export function recordsOf(webhook: Webhook, topicOf: TopicOf) {
  const { body, receivedAt, traceparent } = webhook;
  const { items, unreadable } = splitBody(body, receivedAt);
  const all = items.map(({ key, type, data }) =>
    commandRecord(
      { id: newId('cmd'), type, accountId: '', data, ...(traceparent && { traceparent }) },
      { topic: topicOf(type), key, source: 'gateway' },
    ),
  );
  const records = all.filter(({ value }) => (value?.length ?? 0) <= MAX_VALUE_BYTES);
  const raw: KafkaRecord = {
    topic: topicOf(META_WEBHOOK),
    key: items[0]?.data.wabaId ?? null,
    headers: {
      ce_specversion: '1.0',
      ce_id: newId('cmd'),
      ce_source: 'gateway',
      ce_type: META_WEBHOOK,
      ce_time: receivedAt,
      'content-type': 'application/json',
      ...(traceparent && { traceparent }),
    },
    value: body,
  };
  return { raw, records, dropped: { unreadable, too_large: all.length - records.length } };
}

function splitBody(body: Buffer, receivedAt: string): SplitWebhook {
  let parsed: unknown;
  try {
    parsed = parseMetaJson(body.toString('utf8'));
  } catch {
    return { items: [], unreadable: 1 }; // not refused: the signature is valid, so Meta would repeat the same body
  }
  return splitWebhook(parsed, receivedAt);
}
