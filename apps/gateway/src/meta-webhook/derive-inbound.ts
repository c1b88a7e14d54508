import type { DeriveInbound } from '@wbiz/contracts/meta-webhooks';
import { type DerivedInbound } from '@wbiz/contracts/meta-webhooks';
import { META_WEBHOOK } from '@wbiz/contracts/meta/inbound';
import type { FieldFault } from '@wbiz/contracts/problem';
import { header } from '@wbiz/eventing/kafka/command-record';
import type { KafkaClient } from '@wbiz/eventing/kafka/kafka-client';
import { readBetween } from '@wbiz/eventing/kafka/read-between';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Logger } from '@wbiz/service-kit/logging';
import { recordsOf, type TopicOf } from './inbound-records.js';

export type DeriveParts = {
  readonly kafka: Pick<KafkaClient, 'consume' | 'offsetsAt' | 'producer'>;
  readonly topicOf: TopicOf;
  /** Aborted when the process stops. */
  readonly stopping: AbortSignal;
  readonly logger: Logger;
};

/**
 * Produces the items of Meta's webhooks that were received within a span to their topics again, with the original
 * `receivedAt`. Consumers skip items that they have handled. Throws `invalid_request`.
 */
export async function deriveInbound(
  { kafka, topicOf, stopping, logger }: DeriveParts,
  { since, until }: DeriveInbound,
): Promise<DerivedInbound> {
  const span = { since: Date.parse(since), until: until === undefined ? Date.now() : Date.parse(until) };
  if (span.until <= span.since) throw isEmpty();
  const derived = { bodies: 0, items: 0 };
  // A separate producer, so that live webhooks do not wait behind the replay.
  const producer = kafka.producer();
  let isWhole = false;
  try {
    await readBetween(kafka, { topic: topicOf(META_WEBHOOK), ...span, signal: stopping }, async (bodies) => {
      const records = bodies.flatMap((record) => {
        const receivedAt = header(record, 'ce_time') ?? new Date(Number(record.timestamp)).toISOString();
        const traceparent = header(record, 'traceparent');
        return recordsOf({ body: record.value ?? Buffer.alloc(0), receivedAt, traceparent }, topicOf).records;
      });
      await producer.sendAll(records);
      derived.bodies += bodies.length;
      derived.items += records.length;
    });
    isWhole = true;
  } finally {
    logger.info(
      { since, until, ...derived },
      isWhole
        ? 'replay of Meta webhooks: all items of the span are on their topics again; services skip those they have handled'
        : 'replay of Meta webhooks: broken off; repeat it for the items that are not on their topics yet',
    );
    await producer.close();
  }
  return derived;
}

function isEmpty(): Rejection {
  const detail = 'until must be later than since, and since not in the future.';
  const faults: FieldFault[] = [{ pointer: '/until', code: 'order', detail }];
  return new Rejection('invalid_request', detail, faults);
}
