import { newId } from '@wbiz/contracts/ids';
import type { Service } from '@wbiz/contracts/topics';
import { CommandTimeout, type CommandBus } from '@wbiz/eventing/kafka/command-bus';
import type { Reply } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Peers } from '@wbiz/service-kit/peers';
import type { Call } from '../access/call.js';
import type { Idempotency } from '../access/idempotency.js';

/** Commands under way to one service at once; what comes on top is told to come again. */
const MOST_IN_FLIGHT = 4_000;
const ASK_TIMEOUT_MS = 2_000;

export type Order = { readonly type: string; readonly key: string; readonly data: unknown };

/** An accepted command. `resumed`: by an earlier request with the same Idempotency-Key, which nobody waits for any more. */
export type Accepted<Data> = { readonly commandId: string; readonly resumed: boolean; readonly data: Data };

/** Commands to the other services, for whose fate the gateway answers to its callers. */
export class Commands {
  constructor(
    private readonly peers: Pick<Peers, 'ask'>,
    private readonly bus: Pick<CommandBus, 'send' | 'settled' | 'inFlight'>,
    private readonly idempotency: Pick<Idempotency, 'takeOver'>,
  ) {}

  /**
   * Has a command executed once, whatever happens in between: `order` is called, and the command produced, unless an
   * earlier request with the same Idempotency-Key had its own accepted. Resolves when the owner has accepted it; throws
   * the owner's refusal, or `unavailable` once it is certain that it never will be (or cannot be asked).
   */
  async execute<Data>(call: Call, service: Service, order: () => Order): Promise<Accepted<Data>> {
    const earlier = call.claim?.earlier;
    if (earlier) {
      call.fate = 'open';
      const reply = await this.replyOf(service, earlier);
      if (reply) return { commandId: earlier, resumed: true, data: accepted<Data>(call, reply) };
      await this.idempotency.takeOver(call.claim!, call.deadline);
      call.fate = undefined;
    }
    const commandId = call.claim?.commandId ?? newId('cmd');
    const { type, key, data } = order();
    if (this.bus.inFlight(service) >= MOST_IN_FLIGHT)
      throw notNow(`${MOST_IN_FLIGHT} commands are on their way to ${service}`);
    const reply = await this.send(call, service, { commandId, type, key, data });
    return { commandId, resumed: false, data: accepted<Data>(call, reply) };
  }

  /** The outcome of an accepted command, or undefined when the time is over. */
  settled(commandId: string, until: number): Promise<Reply | undefined> {
    return this.bus.settled(commandId, Math.max(0, until - Date.now()));
  }

  private async send(call: Call, service: Service, order: Order & { commandId: string }): Promise<Reply> {
    const { commandId: id, type, key, data } = order;
    const { account, deadline, traceparent } = call;
    call.fate = 'open';
    try {
      const command = { id, type, data, accountId: account.id, deadline, actor: call.key.id, traceparent };
      return await this.bus.send(service, command, { key });
    } catch (error) {
      if (error instanceof Rejection) call.fate = undefined; // refused before it was sent
      if (!(error instanceof CommandTimeout)) throw error;
      // From here on its owner either has it or never will.
      const reply = await this.replyOf(service, id).catch((cause: unknown) => {
        throw pending(data, cause);
      });
      if (reply) return reply;
      call.fate = undefined;
      throw notNow(error);
    }
  }

  private replyOf(service: Service, commandId: string): Promise<Reply | null> {
    return this.peers.ask(
      service,
      'command.reply',
      { commandId, expire: true },
      { timeoutMs: ASK_TIMEOUT_MS },
    );
  }
}

/** What the owner said. A refusal is as final as an answer: nothing came of the command. */
function accepted<Data>(call: Call, reply: Reply): Data {
  call.fate = undefined;
  if (!reply.ok) throw new Rejection(reply.error.code, reply.error.message, reply.error.details);
  return reply.data as Data;
}

/** Nobody can say whether the command was accepted: 503 would promise that it was not. */
function pending(data: unknown, cause: unknown): unknown {
  const { messageId } = (data ?? {}) as { messageId?: string };
  if (!messageId) return cause;
  const rejection = new Rejection(
    'outcome_pending',
    `Whether the message was accepted cannot be found out at present. GET /v1/messages/${messageId} will tell.`,
    { messageId, retryAfter: 1 },
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
