import { conversationIdOf, contactIdOf } from '@wbiz/contracts/conversation';
import { newId } from '@wbiz/contracts/ids';
import type { AsyncReceipt, MessageView, SendReceipt } from '@wbiz/contracts/message';
import type { AnySend, SendKind, SendMessageData, SendRequest } from '@wbiz/contracts/send';
import type { FieldFault } from '@wbiz/contracts/problem';
import type { RejectionData } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';
import type { Call } from '../access/call.js';
import { inProgress } from '../access/idempotency.js';
import type { Commands } from '../commands/commands.js';
import { settledRefusal } from '../commands/settled-refusal.js';
import type { Peers } from '@wbiz/service-kit/peers';

/** Sends of every kind: messaging accepts the send, then the request waits for Meta's answer. */
export class Sends {
  constructor(
    private readonly commands: Pick<Commands, 'execute' | 'outcome'>,
    private readonly peers: Pick<Peers, 'ask'>,
  ) {}

  /** `asked`: the send, or a function that makes it, which is not called if an earlier request's send was accepted. */
  async send<Kind extends SendKind>(
    kind: Kind,
    asked: SendRequest<Kind> | (() => Promise<SendRequest<Kind>>),
    call: Call,
  ): Promise<SendReceipt | AsyncReceipt> {
    const data = async () => {
      requireSending(call);
      const request = typeof asked === 'function' ? await asked() : asked;
      return sendOf({ kind, request } as AnySend, call);
    };
    if (!call.respondAsync)
      return this.commands.outcome(call, 'message.send', data, {
        withoutOutcome: (receipt, resumed) => this.outcomeOnFile(call, receipt, resumed),
      });
    const { id } = await this.commands.execute(call, 'message.send', data);
    call.reply.code(202).header('preference-applied', 'respond-async');
    return { id, status: 'accepted' };
  }

  private async outcomeOnFile(call: Call, receipt: SendReceipt, resumed: boolean): Promise<SendReceipt> {
    const asked = this.peers.ask('message.get', { accountId: call.account.id, id: receipt.id });
    const message = await (resumed ? asked : asked.catch(() => null));
    if (message?.status === 'failed') throw settledRefusal(failureOf(message));
    if (message?.wamid) return { ...receipt, wamid: message.wamid };
    if (resumed) throw inProgress();
    throw new Rejection(
      'outcome_pending',
      `The message was accepted as ${receipt.id}; Meta has not answered yet. GET /v1/messages/${receipt.id} will tell.`,
      { messageId: receipt.id },
    );
  }
}

/** Throws `not_entitled` or `account_suspended`. */
export function requireSending({ account: { entitled, status } }: Call): void {
  if (!entitled) throw new Rejection('not_entitled', 'The account is not entitled to send messages.');
  if (status !== 'active')
    throw new Rejection('account_suspended', `The account is ${status}; nothing can be sent.`);
}

/** The number to send from. Throws `phone_number_not_found`. */
export function senderOf({ account: { phoneNumbers } }: Pick<Call, 'account'>, from?: string) {
  const number = phoneNumbers.find(({ id, isDefault }) => (from === undefined ? isDefault : id === from));
  if (number) return number;
  const detail = from === undefined ? 'no phone number to send from' : `no phone number ${from}`;
  throw new Rejection('phone_number_not_found', `The account has ${detail}.`, [
    { pointer: '/from', code: 'not_found', detail: `The account has ${detail}.` } satisfies FieldFault,
  ]);
}

/** The command data of one send. Throws `phone_number_not_found`. */
export function sendOf({ kind, request }: AnySend, call: Call): SendMessageData {
  const accountId = call.account.id;
  const number = senderOf(call, request.from);
  const conversationId = conversationIdOf(accountId, number.id, request.to);
  // Id and `at` share one time, so that ids sort by time.
  const at = new Date();
  return {
    messageId: newId('msg', at.getTime()),
    conversationId,
    contactId: contactIdOf(accountId, request.to),
    phoneNumberId: number.id,
    at: at.toISOString(),
    kind,
    request,
  } as SendMessageData;
}

function failureOf({ id, error }: MessageView): RejectionData {
  const { code = 'upstream_error', message = 'Meta gave no reason.', ...meta } = error ?? {};
  return { code, message, details: { messageId: id, ...meta } };
}
