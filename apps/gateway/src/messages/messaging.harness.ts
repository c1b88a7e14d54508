import type { MessageError, MessageView, SendReceipt } from '@wbiz/contracts/message';
import type { SendMessageData } from '@wbiz/contracts/send';
import { CommandTimeout } from '@wbiz/eventing/kafka/command-bus';
import type { Command, Reply } from '@wbiz/eventing/message';
import { PeerUnavailable } from '@wbiz/eventing/rpc/rpc-client';
import { peersAnswering, type Answers } from '@wbiz/service-testing/peers';
import type { FakeBus } from '../gateway.harness.js';

/** Edges of a gateway that lead to whatever `current` returns, so that each test can have a stand-in of its own. */
export function edgesTo(current: () => FakeMessaging): { bus: FakeBus; peers: FakeMessaging['peers'] } {
  return {
    bus: {
      send: (...given) => current().bus.send(...given),
      settled: (...given) => current().bus.settled(...given),
      inFlight: () => current().inFlight,
    },
    peers: {
      ask: (...given) => current().peers.ask(...given),
      askOf: (...given) => current().peers.askOf(...given),
    },
  };
}

type Send = Command<string, SendMessageData>;
type Refusal = { readonly code: string; readonly message: string; readonly details?: unknown };

type Way = 'accept' | 'lost' | 'dropped' | 'stuck';

/**
 * A stand-in for messaging, in memory: commands take effect once, replies are stored, an expired command is never
 * handled. The test sets what goes wrong.
 */
export class FakeMessaging {
  /** accept: works. lost: accepted, but the reply is lost. dropped: never arrives. stuck: never ends. */
  way: Way | ((request: SendMessageData['request']) => Way) = 'accept';
  /** Meta's answer to an accepted message; undefined: none yet. */
  outcome: 'sent' | MessageError | undefined = 'sent';
  refusal: Refusal | undefined;
  reachable = true;
  inFlight = 0;
  readonly sent: Send[] = [];
  readonly messages = new Map<string, MessageView>();
  private readonly replies = new Map<string, Reply | null>();

  /** `others`: answers to all other queries. */
  constructor(private readonly others: Answers = {}) {}

  readonly bus: FakeBus = {
    inFlight: () => this.inFlight,
    send: async (_service, command) => {
      this.sent.push(command as Send);
      const way = typeof this.way === 'string' ? this.way : this.way((command as Send).data.request);
      if (way === 'stuck') return new Promise<never>(() => undefined);
      const reply = way === 'dropped' ? undefined : this.handle(command as Send);
      if (reply && way === 'accept') return reply;
      throw new CommandTimeout(command.id);
    },
    settled: async (commandId) => {
      const reply = this.replies.get(commandId);
      return reply?.ok ? this.settledReply((reply.data as SendReceipt).id) : undefined;
    },
  };

  readonly peers = peersAnswering({
    ...this.others,
    'message.get': async ({ id }) => this.whileReachable(this.messages.get(id) ?? null),
    'command.reply': async ({ commandId }) => {
      this.whileReachable(null);
      if (!this.replies.has(commandId)) this.replies.set(commandId, null);
      return this.replies.get(commandId)!;
    },
  });

  private whileReachable<Answer>(answer: Answer): Answer {
    if (!this.reachable) throw new PeerUnavailable('messaging is not there');
    return answer;
  }

  /** Handles a command late, as a lagging consumer would. */
  handle(command: Send): Reply | undefined {
    const known = this.replies.get(command.id);
    if (known !== undefined) return known ?? undefined;
    const reply = this.refusal ? ({ ok: false, error: this.refusal } as const) : this.accept(command);
    this.replies.set(command.id, reply);
    return reply;
  }

  /** Lets Meta answer everything accepted so far. */
  settle(outcome: 'sent' | MessageError): void {
    this.outcome = outcome;
    for (const id of this.messages.keys()) this.settledReply(id);
  }

  private accept({ data }: Send): Reply {
    const { messageId: id, conversationId, phoneNumberId, at: createdAt, request } = data;
    const receipt: SendReceipt = {
      id,
      wamid: null,
      status: 'accepted',
      to: request.to,
      conversationId,
      phoneNumberId,
      createdAt,
    };
    this.messages.set(id, { ...receipt, error: null, history: [] } as unknown as MessageView);
    return { ok: true, data: receipt };
  }

  private settledReply(id: string): Reply | undefined {
    const message = this.messages.get(id)!;
    const { outcome } = this;
    if (outcome === undefined) return undefined;
    if (outcome === 'sent') {
      message.wamid = `wamid.${id}`;
      const { wamid, status, to, conversationId, phoneNumberId, createdAt } = message;
      return { ok: true, data: { id, wamid, status, to, conversationId, phoneNumberId, createdAt } };
    }
    Object.assign(message, { status: 'failed', error: outcome });
    const { code, message: text, ...details } = outcome;
    return { ok: false, error: { code, message: text, details: { messageId: id, ...details } } };
  }
}
