import { EVENTS, type EventData, type EventType } from '@wbiz/contracts/event-catalogue';
import { newId } from '@wbiz/contracts/ids';
import { INBOUND_KEYS } from '@wbiz/contracts/meta/inbound-keys';
import { META_CHANGE, type InboundPayloads } from '@wbiz/contracts/meta/inbound';
import { topics } from '@wbiz/contracts/topics';
import type { BatchingProducer } from '@wbiz/eventing/kafka/batching-producer';
import { commandRecord, header } from '@wbiz/eventing/kafka/command-record';
import { ConsumerHealth } from '@wbiz/eventing/kafka/consumer-health';
import type { KafkaClient } from '@wbiz/eventing/kafka/kafka-client';
import { eventRecord, type EventRecord } from '@wbiz/eventing/postgres/event-record';
import { numbering } from './public-event.js';

type Room = {
  readonly kafka: KafkaClient;
  readonly producer: BatchingProducer;
  readonly prefix: string;
  readonly partitions: number;
};
type Topic = 'events' | 'inbound' | 'inboundChanges' | 'deadLetters';

/** A record on a topic; `text` is all of it, headers included. */
export type SeenRecord = {
  readonly type: string;
  readonly key: string;
  readonly text: string;
  readonly data: Record<string, unknown>;
};

/** Writes and reads the topics that services share: the event log and the topics of Meta's webhooks. */
export function sharedTopics({ kafka, producer, prefix, partitions }: Room) {
  const name = topics(prefix);
  const number = numbering(partitions);
  const readers: { close(): Promise<void> }[] = [];

  const put = async (accountId: string, type: EventType, data: object = {}): Promise<EventRecord> => {
    const { source } = EVENTS[type];
    const event = {
      ...number(source, accountId),
      epoch: 1,
      id: newId('evt'),
      accountId,
      stream: accountId,
      type,
      data: JSON.stringify(data),
      traceparent: null,
      createdAt: new Date(),
    };
    const record = eventRecord(event, { topic: name.events, source });
    await producer.send(record);
    return record;
  };

  return {
    /** Writes an event to the log as the relay of its source does. */
    publish: <Type extends EventType>(accountId: string, type: Type, data: EventData<Type>) =>
      put(accountId, type, data),
    /** Like `publish`, but with any data, for a service that does not read the data. */
    publishUnread: put,
    /** Sends the same record once more. */
    repeat: (record: EventRecord) => producer.send(record),

    /** Writes an item of Meta's webhooks to its topic, as the gateway does. */
    putInbound: <Type extends keyof InboundPayloads>(type: Type, data: InboundPayloads[Type]) =>
      producer.send(
        commandRecord(
          { id: newId('cmd'), type, accountId: '', data },
          {
            topic: type === META_CHANGE ? name.inboundChanges : name.inbound,
            key: INBOUND_KEYS[type](data),
            source: 'gateway',
          },
        ),
      ),

    /** The number of records written to a topic. */
    count: async (topic: Topic) => (await kafka.endOffsets(name[topic])).reduce((sum, end) => sum + end, 0),

    /** The records of a topic, from its beginning; later records are added to the array as they come. */
    read: async (topic: Topic): Promise<readonly SeenRecord[]> => {
      const seen: SeenRecord[] = [];
      const consumer = kafka.consume({
        topics: [name[topic]],
        groupId: `${prefix}spec.${topic}.${readers.length}`,
        status: new ConsumerHealth().add('spec'),
        eachBatch: async (batch) => {
          for (const record of batch.records) {
            const value = record.value!.toString();
            const headers = JSON.stringify(record.headers, (_key, one: unknown) =>
              Buffer.isBuffer(one) ? one.toString() : one,
            );
            seen.push({
              type: header(record, 'ce_type')!,
              key: record.key!.toString(),
              text: `${headers} ${value}`,
              data: JSON.parse(value) as Record<string, unknown>,
            });
          }
          batch.done(batch.end);
        },
      });
      readers.push(consumer);
      await consumer.start();
      return seen;
    },

    close: () => Promise.all(readers.map((reader) => reader.close())),
  };
}
