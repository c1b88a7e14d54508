import { newId, timedId } from '@wbiz/contracts/ids';
import type { Service } from '@wbiz/contracts/topics';
import { issuedAt } from '@wbiz/eventing/command-id';
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
    const ordered = order();
    this.requireRoom(service, 1);
    call.fate = 'open';
    try {
      const reply = await this.send(call, service, commandId, ordered);
      return { commandId, resumed: false, data: accepted<Data>(call, reply) };
    } catch (error) {
      if (error instanceof Rejection && error.code !== 'outcome_pending') call.fate = undefined;
      throw error;
    }
  }

  /**
   * The same for many commands of one request, produced side by side in their order. Resolves to what became of each:
   * the owner's reply, or `unavailable` for one that never had an effect and never will, or `outcome_pending`. Throws
   * `unavailable` when nothing came of any.
   */
  async executeAll(call: Call, service: Service, orders: readonly Order[]): Promise<readonly Reply[]> {
    if (orders.length === 0) return [];
    const idsUnder = (root: string) =>
      orders.map((_, index) => timedId('cmd', issuedAt(root).getTime(), root, String(index)));
    const earlier = call.claim?.earlier;
    if (earlier) {
      call.fate = 'open';
      const replies = await Promise.all(idsUnder(earlier).map((id) => this.replyOf(service, id)));
      // What has no reply by now never will: it is not sent again under a key that did send its neighbours.
      if (replies.some((reply) => reply !== null)) {
        call.fate = undefined;
        return replies.map((reply) => reply ?? failed(notNow('its deadline passed')));
      }
      await this.idempotency.takeOver(call.claim!, call.deadline);
      call.fate = undefined;
    }
    this.requireRoom(service, orders.length);
    call.fate = 'open';
    const replies = await Promise.all(
      idsUnder(call.claim?.commandId ?? newId('cmd')).map((id, index) =>
        this.send(call, service, id, orders[index]!).catch((error: unknown) => {
          if (error instanceof Rejection) return failed(error);
          throw error;
        }),
      ),
    );
    const codes = replies.map((reply) => (reply.ok ? 'ok' : reply.error.code));
    if (!codes.includes('outcome_pending')) call.fate = undefined;
    if (codes.every((code) => code === 'unavailable')) throw notNow('nothing was accepted');
    return replies;
  }

  /** The outcome of an accepted command, or undefined when the time is over. */
  settled(commandId: string, until: number): Promise<Reply | undefined> {
    return this.bus.settled(commandId, Math.max(0, until - Date.now()));
  }

  private requireRoom(service: Service, count: number): void {
    if (this.bus.inFlight(service) + count > MOST_IN_FLIGHT)
      throw notNow(`${MOST_IN_FLIGHT} commands are on their way to ${service}`);
  }

  private async send(
    { account, deadline, key: { id: actor }, traceparent }: Call,
    service: Service,
    id: string,
    { type, key, data }: Order,
  ): Promise<Reply> {
    try {
      const command = { id, type, data, accountId: account.id, deadline, actor, traceparent };
      return await this.bus.send(service, command, { key });
    } catch (error) {
      if (!(error instanceof CommandTimeout)) throw error;
      // From here on its owner either has it or never will.
      const reply = await this.replyOf(service, id).catch((cause: unknown) => {
        throw pending(data, cause);
      });
      if (reply) return reply;
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

const failed = (rejection: Rejection): Reply => ({ ok: false, error: rejection.toData() });

/** What the owner said. A refusal is as final as an answer: nothing came of the command. */
function accepted<Data>(call: Call, reply: Reply): Data {
  call.fate = undefined;
  if (!reply.ok) throw Rejection.from(reply.error);
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
