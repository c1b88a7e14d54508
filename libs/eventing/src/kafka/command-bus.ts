import type { Logger } from '../logger.js';
import type { Command, Reply } from '../message.js';
import { Rejection } from '../rejection.js';
import type { StagedReply } from '../rpc/reply-publisher.js';
import type { BatchingProducer } from './batching-producer.js';
import { commandRecord } from './command-record.js';

/** The deadline passed and the service knows of no effect. */
export class CommandTimeout extends Error {
  override readonly name = 'CommandTimeout';
  constructor(readonly commandId: string) {
    super(`Command ${commandId} was not accepted before its deadline.`);
  }
}

export type CommandBusOptions = {
  readonly producer: Pick<BatchingProducer, 'send'>;
  readonly topicOf: (service: string) => string;
  /** The `ce_source` of the commands: the name of this service. */
  readonly source: string;
  /** `host:port` at which this process takes replies. */
  readonly replyTo: string;
  /**
   * Asks the service for the stored reply of a command whose deadline is over; nothing, or a throw: it has none.
   * The caller is then told that the command had no effect, so the service must not begin it any more.
   */
  readonly ask: (service: string, commandId: string) => Promise<Reply | null | undefined>;
  readonly logger: Logger;
  /** For commands without a deadline (ms). */
  readonly timeoutMs?: number;
};

/** The limit of a record is the broker's `message.max.bytes` (1,048,588 by default), headers included. */
const MAX_DATA_BYTES = 1_000_000;
const MAX_EARLY = 10_000;

type Waiting = { readonly promise: Promise<Reply>; readonly resolve: (reply: Reply) => void };
type Settling = { readonly resolve: (reply: Reply) => void };

/** Sends commands to services and brings their replies together with who waits for them. */
export class CommandBus {
  private readonly waiting = new Map<string, Waiting>();
  private readonly settling = new Map<string, Settling[]>();
  /** Second stages that came before anybody waited for them, oldest first. */
  private readonly early = new Map<string, Reply>();
  private readonly open = new Map<string, number>();

  constructor(private readonly options: CommandBusOptions) {}

  /** Commands to a service that are neither answered nor given up, or still on their way to Kafka. */
  inFlight(service: string): number {
    return this.open.get(service) ?? 0;
  }

  /**
   * Resolves to the reply of the first stage: decided and stored. Rejects with {@link CommandTimeout} at the deadline,
   * after asking. Commands with the same `key` keep their order; a command whose id is under way is not sent twice.
   */
  send(service: string, command: Command, { key }: { key: string }): Promise<Reply> {
    const underWay = this.waiting.get(command.id);
    if (underWay) return underWay.promise;

    const { topicOf, source, replyTo, producer, logger, timeoutMs = 10_000 } = this.options;
    const deadline = command.deadline ?? Date.now() + timeoutMs;
    const record = commandRecord({ ...command, deadline, replyTo }, { topic: topicOf(service), key, source });
    if (record.value!.length > MAX_DATA_BYTES)
      return Promise.reject(new Rejection('too_large', `A command holds at most ${MAX_DATA_BYTES} bytes.`));

    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    this.waiting.set(command.id, { promise, resolve });
    const giveUp = setTimeout(
      () => void this.ask(service, command.id).then(resolve, reject),
      Math.max(0, deadline - Date.now()),
    );
    // A failure leaves open whether the record is on the log: the deadline decides.
    const sent = producer.send(record, deadline).catch((error: unknown) => {
      logger.debug({ err: error, id: command.id, service }, 'a command could not be sent');
    });
    const answered = promise
      .catch(() => undefined) // the caller has it
      .finally(() => {
        clearTimeout(giveUp);
        this.waiting.delete(command.id);
      });
    this.open.set(service, this.inFlight(service) + 1);
    void Promise.all([sent, answered]).then(() => this.open.set(service, this.inFlight(service) - 1));
    return promise;
  }

  /** The reply of the second stage, also when it came a moment ago; undefined when it does not come within `timeoutMs`. */
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

  /** Takes what a `@RepliesHandler` gets. */
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
        'a service could not be asked for a reply',
      );
    }
    if (!reply) throw new CommandTimeout(commandId);
    return reply;
  }
}
