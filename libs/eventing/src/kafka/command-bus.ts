import type { Logger } from '../logger.js';
import type { Command, Reply } from '../message.js';
import { partitionOf } from '../partition.js';
import { Rejection } from '../rejection.js';
import type { StagedReply } from '../rpc/reply-publisher.js';
import type { Span, StartSpan } from '../tracing.js';
import type { BatchingProducer, KafkaRecord } from './batching-producer.js';
import { commandRecord, commandRecords, type KeyedCommand } from './command-record.js';

/** A command's deadline passed without a reply, and its service has none stored or could not be asked. */
export class CommandTimeout extends Error {
  override readonly name = 'CommandTimeout';
  constructor(readonly commandId: string) {
    super(`Command ${commandId} was not accepted before its deadline.`);
  }
}

export type CommandBusOptions = {
  readonly producer: Pick<BatchingProducer, 'send'>;
  readonly topicOf: (service: string) => string;
  /** How many partitions a topic has. */
  readonly partitionsOf: (topic: string) => Promise<number>;
  /** The `ce_source` of the commands: the name of this service. */
  readonly source: string;
  /** `host:port` at which this process receives replies. */
  readonly replyTo: string;
  /**
   * Asks a service for a command's stored reply once the command's deadline has passed. If there is none, or if `ask`
   * throws, the caller learns that the command had no effect; so the service must not begin the command afterwards.
   */
  readonly ask: (service: string, commandId: string) => Promise<Reply | null | undefined>;
  readonly startSpan?: StartSpan | undefined;
  readonly logger: Logger;
  /** The timeout of commands without a deadline (ms). */
  readonly timeoutMs?: number;
};

/** Limit of a command's data; the broker's `message.max.bytes` (1,048,588 by default) includes the headers. */
const MAX_DATA_BYTES = 1_000_000;
/** Limit of a record with several commands; below the most that one fetch reads of a partition (262,144 bytes). */
const MAX_LIST_BYTES = 250_000;
const MAX_EARLY = 10_000;

type Waiting = PromiseWithResolvers<Reply>;
type Addressed = KeyedCommand & { readonly command: { readonly deadline: number } };
type Settling = { readonly resolve: (reply: Reply) => void };

/** Only a record with one command can be too large: one with several has MAX_LIST_BYTES at most. */
const isTooLarge = ({ value }: KafkaRecord) => value!.length > MAX_DATA_BYTES;
const tooLarge = () => new Rejection('too_large', `A command holds at most ${MAX_DATA_BYTES} bytes.`);

/** Ends the span when `produced` settles. */
function ending<T>(span: Span | undefined, produced: Promise<T>): Promise<T> {
  return span ? produced.finally(() => span.end()) : produced;
}

/** Sends commands to services and matches their replies to the callers. */
export class CommandBus {
  private readonly waiting = new Map<string, Waiting>();
  private readonly settling = new Map<string, Settling[]>();
  /** Second-stage replies that came before a call of `settled`, oldest first. */
  private readonly early = new Map<string, Reply>();
  private readonly open = new Map<string, number>();
  /** The number of partitions by topic; it never changes. */
  private readonly partitions: Record<string, number> = {};

  constructor(private readonly options: CommandBusOptions) {}

  /** The number of commands to a service that still wait for a reply or for Kafka's acknowledgment. */
  inFlight(service: string): number {
    return this.open.get(service) ?? 0;
  }

  /**
   * Resolves to the first-stage reply: the command is decided and stored. At the deadline asks the service for the
   * stored reply; rejects with {@link CommandTimeout} if there is none. Commands with the same `key` are handled in the
   * order sent. A command id that still waits for its reply is not sent again.
   */
  send(service: string, given: Command, { key }: { key: string }): Promise<Reply> {
    const underWay = this.waiting.get(given.id);
    if (underWay) return underWay.promise;
    const { topicOf, source } = this.options;
    const topic = topicOf(service);
    const { command, span } = this.addressed(given, topic);
    const record = commandRecord(command, { topic, key, source });
    if (isTooLarge(record)) {
      span?.end({ error: 'too_large' });
      return Promise.reject(tooLarge());
    }
    return this.expect(service, command, ending(span, this.produce(record, command.deadline)));
  }

  /** As {@link send}, for many commands: those of one partition are packed into as few records as possible. */
  sendAll(service: string, all: readonly KeyedCommand[]): readonly Promise<Reply>[] {
    const fresh: Addressed[] = [];
    const produced = Promise.withResolvers<unknown>();
    const topic = this.options.topicOf(service);
    const replies = all.map(({ command, key }) => {
      const underWay = this.waiting.get(command.id);
      if (underWay) return underWay.promise;
      const { command: addressed, span } = this.addressed(command, topic);
      const one = { command: addressed, key };
      fresh.push(one);
      return this.expect(service, one.command, ending(span, produced.promise));
    });
    produced.resolve(this.produceAll(service, fresh));
    return replies;
  }

  private addressed(
    given: Command,
    topic: string,
  ): { readonly command: Addressed['command']; readonly span: Span | undefined } {
    const { replyTo, startSpan, timeoutMs = 10_000 } = this.options;
    const command = { ...given, deadline: given.deadline ?? Date.now() + timeoutMs, replyTo };
    const span = startSpan?.(`send ${topic}`, {
      kind: 'producer',
      parent: given.traceparent,
      attributes: {
        'messaging.system': 'kafka',
        'messaging.operation.name': 'send',
        'messaging.operation.type': 'send',
        'messaging.destination.name': topic,
        'messaging.message.id': given.id,
        'wbiz.type': given.type,
      },
    });
    return { command: span ? { ...command, traceparent: span.traceparent } : command, span };
  }

  /** `produced` settles once Kafka has acknowledged the record, or producing it has failed. */
  private expect(
    service: string,
    { id, deadline }: Addressed['command'],
    produced: Promise<unknown>,
  ): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    this.waiting.set(id, { promise, resolve, reject });
    const giveUp = setTimeout(
      () => void this.ask(service, id).then(resolve, reject),
      Math.max(0, deadline - Date.now()),
    );
    const answered = promise
      .catch(() => undefined) // the caller gets the error
      .finally(() => {
        clearTimeout(giveUp);
        this.waiting.delete(id);
      });
    this.open.set(service, this.inFlight(service) + 1);
    void Promise.all([produced, answered]).then(() => this.open.set(service, this.inFlight(service) - 1));
    return promise;
  }

  private async produceAll(service: string, all: readonly Addressed[]): Promise<void> {
    const { topicOf, source, logger } = this.options;
    const topic = topicOf(service);
    try {
      const partitions = (this.partitions[topic] ??= await this.options.partitionsOf(topic));
      const byPartition = Map.groupBy(all, ({ key }) => partitionOf(key, partitions));
      await Promise.all(
        [...byPartition].flatMap(([partition, own]) => {
          const deadline = Math.max(...own.map(({ command }) => command.deadline));
          const records = commandRecords(own, { topic, partition, source, most: MAX_LIST_BYTES });
          for (const { headers } of records.filter(isTooLarge))
            this.waiting.get(headers['ce_id'] as string)?.reject(tooLarge());
          return records.filter((one) => !isTooLarge(one)).map((one) => this.produce(one, deadline));
        }),
      );
    } catch (error) {
      logger.debug(
        { err: error, service },
        'command bus: Kafka did not acknowledge commands; callers without a reply are answered at the deadline',
      );
    }
  }

  /** Never rejects: after a failure the record may still be on the log, so the caller waits until the deadline. */
  private async produce(record: KafkaRecord, deadline: number): Promise<void> {
    const { producer, logger } = this.options;
    try {
      await producer.send(record, { notAfter: deadline });
    } catch (error) {
      logger.debug(
        { err: error, topic: record.topic },
        'command bus: Kafka did not acknowledge commands; callers without a reply are answered at the deadline',
      );
    }
  }

  /**
   * Resolves to a command's second-stage reply, even if it came before this call, or to undefined after `timeoutMs`.
   */
  settled(commandId: string, timeoutMs: number): Promise<Reply | undefined> {
    const early = this.early.get(commandId);
    if (early) {
      this.early.delete(commandId);
      return Promise.resolve(early);
    }
    return new Promise((resolve) => {
      const all = this.settling.get(commandId) ?? [];
      this.settling.set(commandId, all);
      const one: Settling = {
        resolve: (reply) => {
          clearTimeout(timer);
          resolve(reply);
        },
      };
      const timer = setTimeout(() => {
        all.splice(all.indexOf(one), 1);
        if (all.length === 0) this.settling.delete(commandId);
        resolve(undefined);
      }, timeoutMs);
      all.push(one);
    });
  }

  /** Passes replies to the callers that wait for them; called by a `@RepliesHandler`. */
  onReplies(replies: readonly StagedReply[]): void {
    for (const { commandId, stage, reply } of replies) {
      if (stage === 'accepted') this.waiting.get(commandId)?.resolve(reply);
      else this.settle(commandId, reply);
    }
  }

  private settle(commandId: string, reply: Reply): void {
    const settling = this.settling.get(commandId);
    if (settling) {
      this.settling.delete(commandId);
      for (const { resolve } of settling) resolve(reply);
      return;
    }
    this.early.set(commandId, reply);
    if (this.early.size > MAX_EARLY) this.early.delete(this.early.keys().next().value!);
  }

  private async ask(service: string, commandId: string): Promise<Reply> {
    let reply: Reply | null | undefined;
    try {
      reply = await this.options.ask(service, commandId);
    } catch (error) {
      this.options.logger.warn(
        { err: error, id: commandId, service },
        'command bus: stored reply could not be read; the command times out',
      );
    }
    if (!reply) throw new CommandTimeout(commandId);
    return reply;
  }
}
