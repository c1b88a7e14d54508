import {
  addressOf,
  COMMANDS,
  type CommandData,
  type CommandName,
  type CommandOutcome,
  type CommandReply,
} from '@wbiz/contracts/command-catalogue';
import { newId, timedId } from '@wbiz/contracts/ids';
import type { Service } from '@wbiz/contracts/topics';
import { issuedAt } from '@wbiz/eventing/command-id';
import { CommandTimeout, type CommandBus } from '@wbiz/eventing/kafka/command-bus';
import type { Command, Reply } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Peers } from '@wbiz/service-kit/peers';
import type { Call } from '../access/call.js';
import type { Idempotency } from '../access/idempotency.js';
import { settledRefusal } from './settled-refusal.js';

/** Most commands in flight to one service; beyond it callers get 503. */
const MOST_IN_FLIGHT = 4_000;
const ASK_TIMEOUT_MS = 2_000;

/** A function may throw a rejection; it is not called if an earlier request's command was accepted. */
type DataOf<Name extends CommandName> =
  CommandData<Name> | (() => CommandData<Name> | Promise<CommandData<Name>>);

/** `resumed`: an earlier request with the same Idempotency-Key sent it, so its outcome is not delivered to this one. */
type Accepted<Name extends CommandName> = {
  readonly commandId: string;
  readonly resumed: boolean;
  readonly reply: CommandReply<Name>;
};

export type Waiting<Name extends CommandName, Answer> = {
  /** Reads the outcome from the reply; undefined if the reply does not hold it yet. */
  readonly outcomeIn?: (reply: CommandReply<Name>) => CommandOutcome<Name> | undefined;
  /** When to stop waiting, in ms since the epoch; default: the call's deadline. */
  readonly until?: number;
  /** Called if no outcome arrived in time: asks the owner for it, or answers that it is pending. */
  readonly withoutOutcome: (reply: CommandReply<Name>, resumed: boolean) => Promise<Answer> | Answer;
  /** The command may be repeated, so its Idempotency-Key is released while the outcome is pending. */
  readonly harmless?: boolean;
};

/** Sends commands to the other services, once per Idempotency-Key, and waits for their outcomes. */
export class Commands {
  constructor(
    private readonly peers: Pick<Peers, 'askOf'>,
    private readonly bus: Pick<CommandBus, 'send' | 'sendAll' | 'settled' | 'inFlight'>,
    private readonly idempotency: Pick<Idempotency, 'takeOver'>,
  ) {}

  /**
   * Executes a command once: sends it unless the one of an earlier request with the same Idempotency-Key was accepted.
   * Resolves to the owner's reply. Throws the owner's refusal, `unavailable` if it certainly had no effect, or
   * `outcome_pending` if that cannot be found out.
   */
  execute<Name extends CommandName>(call: Call, name: Name, data: DataOf<Name>): Promise<CommandReply<Name>> {
    return this.whileOpen(call, async () => (await this.accept(call, name, data)).reply);
  }

  /** As {@link execute} for a command that settles later: waits for the outcome, else resolves to what `withoutOutcome` returns. */
  outcome<Name extends CommandName, Answer = CommandOutcome<Name>>(
    call: Call,
    name: Name,
    data: DataOf<Name>,
    { outcomeIn, until = call.deadline, withoutOutcome, harmless }: Waiting<Name, Answer>,
  ): Promise<CommandOutcome<Name> | Answer> {
    return this.whileOpen(call, async () => {
      const { commandId, resumed, reply } = await this.accept(call, name, data);
      if (harmless) call.fate = undefined;
      const known = outcomeIn?.(reply);
      if (known !== undefined) return known;
      const settled = resumed
        ? undefined
        : await this.bus.settled(commandId, Math.max(0, until - Date.now()));
      return settled ? answerOf<CommandOutcome<Name>>(settled) : withoutOutcome(reply, resumed);
    });
  }

  /**
   * As {@link execute} for many commands of one request, sent side by side in order. Resolves to one reply each: the
   * owner's, `unavailable` if it certainly had no effect, or `outcome_pending`. Throws `unavailable` if none had an
   * effect.
   */
  async executeAll<Name extends CommandName>(
    call: Call,
    name: Name,
    all: readonly CommandData<Name>[],
  ): Promise<readonly Reply<CommandReply<Name>>[]> {
    if (all.length === 0) return [];
    const replies = await this.whileOpen(call, () => this.acceptAll(call, name, all), anyPending);
    return replies as readonly Reply<CommandReply<Name>>[];
  }

  /** The fate is open while `work` runs, and stays open if it fails without a final answer. */
  private async whileOpen<T>(
    call: Call,
    work: () => Promise<T>,
    isOpen: (result: T) => boolean = () => false,
  ): Promise<T> {
    call.fate = 'open';
    try {
      const result = await work();
      call.fate = isOpen(result) ? 'open' : undefined;
      return result;
    } catch (error) {
      // Of failures with 5xx only `outcome_unknown` is stored: repeating the request would end the same.
      if (isFinal(error)) call.fate = error.code === 'outcome_unknown' ? 'final' : undefined;
      throw error;
    }
  }

  private async accept<Name extends CommandName>(
    call: Call,
    name: Name,
    data: DataOf<Name>,
  ): Promise<Accepted<Name>> {
    const { owner } = COMMANDS[name];
    const earlier = call.claim?.earlier;
    if (earlier) {
      const reply = await this.replyOf(owner, earlier);
      if (reply) return { commandId: earlier, resumed: true, reply: answerOf(reply) };
      await this.idempotency.takeOver(call.claim!, call.deadline);
    }
    const commandId = call.claim?.commandId ?? newId('cmd');
    call.fate = undefined; // Nothing is sent yet: if making the data fails, the key is released.
    const made = typeof data === 'function' ? await data() : data;
    call.fate = 'open';
    this.requireRoom(owner, 1);
    const { command, key } = postOf(call, commandId, name, made);
    const reply = await this.answerTo(owner, command, this.bus.send(owner, command, { key }));
    return { commandId, resumed: false, reply: answerOf(reply) };
  }

  private async acceptAll<Name extends CommandName>(
    call: Call,
    name: Name,
    all: readonly CommandData<Name>[],
  ): Promise<readonly Reply[]> {
    const { owner } = COMMANDS[name];
    const idsUnder = (root: string) =>
      all.map((_, index) => timedId('cmd', issuedAt(root).getTime(), root, String(index)));
    const earlier = call.claim?.earlier;
    if (earlier) {
      const replies = await Promise.all(idsUnder(earlier).map((id) => this.replyOf(owner, id)));
      // A command without a reply is never executed, since asking expires it. It is not sent again either: other
      // commands under this key were executed.
      if (replies.some((reply) => reply !== null))
        return replies.map((reply) => reply ?? refused(notNow('its deadline passed')));
      await this.idempotency.takeOver(call.claim!, call.deadline);
    }
    this.requireRoom(owner, all.length);
    const posts = idsUnder(call.claim?.commandId ?? newId('cmd')).map((id, index) =>
      postOf(call, id, name, all[index]!),
    );
    const sent = this.bus.sendAll(owner, posts);
    const replies = await Promise.all(
      posts.map(({ command }, index) =>
        this.answerTo(owner, command, sent[index]!).catch((error: unknown) => {
          if (error instanceof Rejection) return refused(error);
          throw error;
        }),
      ),
    );
    if (replies.every((reply) => !reply.ok && reply.error.code === 'unavailable'))
      throw notNow('nothing was accepted');
    return replies;
  }

  private requireRoom(service: Service, count: number): void {
    if (this.bus.inFlight(service) + count > MOST_IN_FLIGHT)
      throw notNow(`${MOST_IN_FLIGHT} commands are on their way to ${service}`);
  }

  /** The owner's reply to a command that was sent. */
  private async answerTo(owner: Service, { id, data }: Command, sent: Promise<Reply>): Promise<Reply> {
    try {
      return await sent;
    } catch (error) {
      if (!(error instanceof CommandTimeout)) throw error;
      // Asking expires the command: its owner has executed it by now, or never will.
      const reply = await this.replyOf(owner, id).catch((cause: unknown) => {
        throw pending(data as object, cause);
      });
      if (reply) return reply;
      throw notNow(error);
    }
  }

  private replyOf(service: Service, commandId: string): Promise<Reply | null> {
    return this.peers.askOf(
      service,
      'command.reply',
      { commandId, expire: true },
      { timeoutMs: ASK_TIMEOUT_MS },
    );
  }
}

function postOf<Name extends CommandName>(
  { account: { id: accountId }, deadline, key: { id: actor }, traceparent }: Call,
  id: string,
  type: Name,
  data: CommandData<Name>,
) {
  const { key } = addressOf(type, data, accountId);
  return { command: { id, type, data, accountId, deadline, actor, traceparent }, key };
}

const refused = (rejection: Rejection): Reply => ({ ok: false, error: rejection.toData() });

/** The reply's data; throws the owner's refusal, which is final: the command had no effect. */
function answerOf<Data>(reply: Reply): Data {
  if (!reply.ok) throw settledRefusal(reply.error);
  return reply.data as Data;
}

const OPEN = ['outcome_pending', 'idempotency_in_progress'];
const isFinal = (error: unknown): error is Rejection =>
  error instanceof Rejection && !OPEN.includes(error.code);
const anyPending = (replies: readonly Reply[]) =>
  replies.some((reply) => !reply.ok && reply.error.code === 'outcome_pending');

/** The subject of a command, by the field that holds its id. */
const SUBJECTS = { messageId: 'message', templateId: 'template', campaignId: 'campaign' } as const;

/** The command may have been accepted, so not 503, which promises that it was not. */
function pending(data: object, cause: unknown): unknown {
  const given: Record<string, unknown> = { ...data };
  const [field, what] = Object.entries(SUBJECTS).find(([name]) => given[name] !== undefined) ?? [];
  if (!field) return cause;
  const id = String(given[field]);
  const rejection = new Rejection(
    'outcome_pending',
    `Whether the ${what} was accepted cannot be found out at present. GET /v1/${what}s/${id} will tell.`,
    { [field]: id, retryAfter: 1 },
  );
  rejection.cause = cause;
  return rejection;
}

function notNow(cause: unknown): Rejection {
  const rejection = new Rejection(
    'unavailable',
    'The request could not be taken at present. Nothing was done; try again.',
    {
      retryAfter: 1,
    },
  );
  rejection.cause = cause;
  return rejection;
}
