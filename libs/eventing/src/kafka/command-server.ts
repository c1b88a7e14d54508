import { Server, Transport, type CustomTransportStrategy } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Logger } from '../logger.js';
import type { Command, Reply } from '../message.js';
import { Rejection } from '../rejection.js';
import type { ReplyPublisher } from '../rpc/reply-publisher.js';
import type { StartSpan } from '../tracing.js';
import type { BatchingProducer } from './batching-producer.js';
import { header, type Received } from './command-record.js';
import type { ConsumerHealth, ConsumerStatus } from './consumer-health.js';
import { buried, isForOthers } from './dead-letter.js';
import { backoff, classifyFault, isTimeout, type Fault } from '../fault.js';
import type { KafkaClient } from './kafka-client.js';
import { KeyChains } from './key-chains.js';
import type { RecordBatch, RecordConsumer } from './record-consumer.js';

/**
 * The refusal code for "not now". Such a command is retried like a passing fault, since its sender does not send it
 * again.
 */
const UNAVAILABLE = 'unavailable';

/** After this many broken faults of the handler, a command goes to the dead letters. */
const ATTEMPTS = 3;
const TIMEOUTS_PASS_MS = 60_000;

const INTERNAL_ERROR: Reply = {
  ok: false,
  error: { code: 'internal_error', message: 'Something went wrong on our side.' },
};

export type CommandServerOptions = {
  readonly kafka: Pick<KafkaClient, 'consume'>;
  readonly producer: Pick<BatchingProducer, 'send'>;
  /** `unknown`: what is done with records whose type has no handler. */
  readonly topics: readonly { readonly topic: string; readonly unknown: 'dead-letter' | 'ignore' }[];
  readonly groupId: string;
  readonly deadLetters: string;
  readonly replies: Pick<ReplyPublisher, 'reply'>;
  readonly health: ConsumerHealth;
  readonly logger: Logger;
  readonly classify?: (error: unknown) => Fault;
  /** How long after a command's first attempt Postgres timeouts count as passing (ms; default 60,000). */
  readonly timeoutsPassMs?: number;
  /** The types that must have a handler; without one of them the server does not start. */
  readonly requires?: readonly string[];
  /** Called for every handled command, with the ms since its first attempt began. */
  readonly onHandled?: (type: string, ms: number, outcome: Handled) => void;
  readonly startSpan?: StartSpan | undefined;
};
type Handled = 'replied' | 'refused' | 'buried';

type Handler = (command: Command) => Promise<unknown>;

/**
 * A Nest transport for commands and inbound records: handles them in order per key, keys in parallel, and replies over
 * TCP. Retries passing faults without limit; a record that cannot be handled goes to the dead letters, and the next one
 * follows. A record whose Postgres statements still time out after a minute is itself too slow, and goes to the dead
 * letters too. Commands that share a record are handled, and dead-lettered, one by one. Offsets are committed after
 * handling, so records may be redelivered and handlers must be idempotent.
 */
export class KafkaCommandServer extends Server implements CustomTransportStrategy {
  override readonly transportId = Transport.KAFKA;
  private readonly consumer: RecordConsumer;
  private readonly consumerStatus: ConsumerStatus;
  private readonly unknown: ReadonlyMap<string, 'dead-letter' | 'ignore'>;
  private readonly classify: (error: unknown) => Fault;
  private readonly chains = new KeyChains(async (received, batch) => {
    const isThrough = await this.handleReceived(received, batch);
    if (isThrough) batch.goesOn(received);
    return isThrough;
  });

  constructor(private readonly options: CommandServerOptions) {
    super();
    const { kafka, topics, groupId, health } = options;
    this.unknown = new Map(topics.map(({ topic, unknown }) => [topic, unknown]));
    this.classify = options.classify ?? classifyFault;
    this.consumerStatus = health.add(groupId);
    this.consumer = kafka.consume({
      topics: topics.map(({ topic }) => topic),
      groupId,
      status: this.consumerStatus,
      eachBatch: (batch) => this.chains.run(batch),
    });
  }

  listen(callback: (error?: unknown) => void): void {
    const missing = this.options.requires?.filter((type) => !this.messageHandlers.has(type)) ?? [];
    if (missing.length > 0) return callback(new Error(`There is no handler for ${missing.join(', ')}.`));
    this.consumer.start().then(() => callback(), callback);
  }

  /** Finishes the batches under way, commits and leaves the group, in less than 10 s. */
  close(): Promise<void> {
    return this.consumer.close();
  }

  /** Throws if the type already has a handler: Nest would silently replace it. */
  override addHandler(...[type, handler, ...rest]: Parameters<Server['addHandler']>): void {
    if (this.messageHandlers.has(type as string)) throw new Error(`${type} has two handlers.`);
    super.addHandler(type, handler, ...rest);
  }

  on(event: string): never {
    throw new Error(`The command server has no event ${event}; its state is in ConsumerHealth.`);
  }

  unwrap<T>(): T {
    return this.consumer as T;
  }

  /** Resolves to false if the command was left unhandled, because of a rebalance, a seek or the end of the process. */
  private async handleReceived(received: Received, batch: RecordBatch): Promise<boolean> {
    if (isForOthers(received, this.options.groupId)) return true;
    let command: Command;
    try {
      command = received.read();
    } catch (error) {
      return this.bury(received, batch, error as Error, 0);
    }
    const handler = this.messageHandlers.get(command.type) as Handler | undefined;
    if (!handler) {
      if (this.unknown.get(batch.topic) === 'ignore') return true;
      return this.bury(received, batch, new Error(`There is no handler for ${command.type}.`), 0);
    }
    const { onHandled, startSpan } = this.options;
    const begun = performance.now();
    const span = startSpan && processing(startSpan, command, batch);
    const traced = span ? { ...command, traceparent: span.traceparent } : command;
    const outcome = await this.attempt(handler, traced, received, batch);
    span?.end({ error: ERRORS[outcome] });
    if (outcome === 'left') return false;
    onHandled?.(command.type, performance.now() - begun, outcome);
    return true;
  }

  private async attempt(
    handler: Handler,
    command: Command,
    received: Received,
    batch: RecordBatch,
  ): Promise<Handled | 'left'> {
    const { timeoutsPassMs = TIMEOUTS_PASS_MS } = this.options;
    const begun = performance.now();
    for (let failures = 0, waits = 0; ;) {
      try {
        this.answer(command, await invoke(handler, command));
        return 'replied';
      } catch (error) {
        if (error instanceof Rejection && error.code !== UNAVAILABLE) {
          this.answer(command, { ok: false, error: error.toData() });
          return 'refused';
        }
        const isTooSlow = isTimeout(error) && performance.now() - begun > timeoutsPassMs;
        if (error instanceof Rejection || (this.classify(error) === 'passing' && !isTooSlow)) {
          this.waitingFor(error as Error, received, batch);
          if (!(await batch.wait(backoff((waits += 1))))) return 'left';
          continue;
        }
        failures += 1;
        if (failures === ATTEMPTS || isTooSlow)
          return (await this.bury(received, batch, error, failures + waits)) ? 'buried' : 'left';
        this.options.logger.warn(
          { err: error, type: command.type, id: command.id, failures },
          'command server: handler threw; trying again',
        );
        if (!(await batch.wait(100 * failures))) return 'left';
      }
    }
  }

  private answer({ id, replyTo }: Command, result: unknown): void {
    if (replyTo === undefined || result === undefined) return;
    this.options.replies.reply(replyTo, { commandId: id, stage: 'accepted', reply: asReply(result) });
  }

  private async bury(
    received: Received,
    batch: RecordBatch,
    reason: unknown,
    attempts: number,
  ): Promise<boolean> {
    const { logger, producer, deadLetters, groupId, replies } = this.options;
    const record = received.alone();
    const place = { topic: batch.topic, partition: batch.partition, offset: record.offset };
    const letter = buried(record, deadLetters, { ...place, groupId, reason, attempts });
    for (let waits = 0; ;) {
      try {
        await producer.send(letter);
        break;
      } catch (error) {
        if (this.classify(error) === 'broken') {
          logger.error(
            { ...place, err: error, alarm: true },
            'command server: Kafka refused a dead letter; skipping its record, which stays on its own topic',
          );
          break;
        }
        this.waitingFor(error as Error, received, batch);
        if (!(await batch.wait(backoff((waits += 1))))) return false;
      }
    }
    logger.error(
      { ...place, err: reason, attempts, alarm: true },
      'command server: a record cannot be handled; skipping it, kept as a dead letter unless Kafka refused that',
    );
    const replyTo = header(record, 'replyto');
    const commandId = header(record, 'ce_id');
    if (replyTo && commandId) replies.reply(replyTo, { commandId, stage: 'accepted', reply: INTERNAL_ERROR });
    return true;
  }

  private waitingFor(error: Error, received: Received, batch: RecordBatch): void {
    if (this.consumerStatus.state === 'running')
      this.options.logger.warn(
        { err: error, group: this.options.groupId },
        'command server: a command waits for a fault to pass; retrying',
      );
    batch.waitsFor(error, received);
  }
}

const ERRORS: Readonly<Record<Handled | 'left', string | undefined>> = {
  replied: undefined,
  refused: undefined,
  buried: 'buried',
  left: 'left',
};

const processing = (
  startSpan: StartSpan,
  { id, type, traceparent }: Command,
  { topic, partition }: RecordBatch,
) =>
  startSpan(`process ${topic}`, {
    kind: 'consumer',
    parent: traceparent,
    attributes: {
      'messaging.system': 'kafka',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': topic,
      'messaging.destination.partition.id': String(partition),
      'messaging.message.id': id,
      'wbiz.type': type,
    },
  });

/** Nest returns an observable if the handler threw or an interceptor runs. */
async function invoke(handler: Handler, command: Command): Promise<unknown> {
  const result = await handler(command);
  return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
}

/** A handler may return a complete reply, such as a stored one. */
function asReply(result: unknown): Reply {
  if (typeof result === 'object' && result !== null && typeof (result as Reply).ok === 'boolean')
    return result as Reply;
  return { ok: true, data: result };
}
