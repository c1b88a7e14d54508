import { describe, expect, it } from '@jest/globals';
import { CommandTimeout } from '@wbiz/eventing/kafka/command-bus';
import type { Reply } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';
import { PeerUnavailable } from '@wbiz/eventing/rpc/rpc-client';
import type { Call } from '../access/call.js';
import { Commands } from './commands.js';

const RECEIPT = { id: 'msg_1', status: 'accepted' };
const accepted: Reply = { ok: true, data: RECEIPT };
const refused = (code: string): Reply => ({ ok: false, error: { code, message: 'No.' } });
const lost = new CommandTimeout('cmd_2');
const unreachable = new PeerUnavailable('messaging is not there');
const pending = new Rejection('outcome_pending', 'Meta has not answered yet.');

type Given = {
  /** The bus's result for the command sent. */
  readonly reply?: Reply | Error;
  /** The settled reply. */
  readonly settled?: Reply;
  /** The reply stored by the owner. */
  readonly stored?: Reply | null | Error;
  readonly earlier?: true;
  readonly inFlight?: number;
};

/** A send with an Idempotency-Key: the caller's answer, the key's fate, and the commands sent. */
async function send({ reply = accepted, settled, stored = null, earlier, inFlight = 0 }: Given) {
  const sent: string[] = [];
  const thrown = <Value>(value: Value | Error): Value => {
    if (value instanceof Error) throw value;
    return value;
  };
  const bus = {
    inFlight: () => inFlight,
    send: async (_service: string, { id }: { id: string }) => {
      sent.push(id);
      return thrown(reply);
    },
    sendAll: () => [],
    settled: async () => settled,
  };
  const peers = { askOf: async () => thrown(stored) as never };
  const call = {
    account: { id: 'acc_1' },
    key: { id: 'key_1' },
    deadline: Date.now(),
    claim: { commandId: 'cmd_2', ...(earlier ? { earlier: 'cmd_1' } : {}) },
  } as Call;
  const commands = new Commands(peers, bus, { takeOver: async () => undefined });
  const told = await commands
    .outcome(call, 'message.send', { messageId: 'msg_1' } as never, {
      withoutOutcome: () => {
        throw pending;
      },
    })
    .then(
      () => 'done',
      (error: { code?: string; name: string }) => error.code ?? error.name,
    );
  return { told, fate: call.fate, sent };
}

describe('the outcome of a command, and what becomes of its Idempotency-Key', () => {
  it.each<[string, Given, { told: string; fate: Call['fate']; sent: string[] }]>([
    [
      'is told, and the answer kept',
      { settled: accepted },
      { told: 'done', fate: undefined, sent: ['cmd_2'] },
    ],
    ['is open, and so is the key', {}, { told: 'outcome_pending', fate: 'open', sent: ['cmd_2'] }],
    [
      'is a refusal of the owner',
      { reply: refused('service_window_closed') },
      { told: 'service_window_closed', fate: undefined, sent: ['cmd_2'] },
    ],
    [
      'stays unknown for good, and so for whoever comes with the key',
      { settled: refused('outcome_unknown') },
      { told: 'outcome_unknown', fate: 'final', sent: ['cmd_2'] },
    ],
    [
      'is that it was never accepted',
      { reply: lost },
      { told: 'unavailable', fate: undefined, sent: ['cmd_2'] },
    ],
    [
      'cannot be found out',
      { reply: lost, stored: unreachable },
      { told: 'outcome_pending', fate: 'open', sent: ['cmd_2'] },
    ],
    [
      'was accepted although the reply was lost',
      { reply: lost, stored: accepted, settled: accepted },
      { told: 'done', fate: undefined, sent: ['cmd_2'] },
    ],
    [
      'is that of an earlier request, whose second reply nobody waits for',
      { earlier: true, stored: accepted, settled: accepted },
      { told: 'outcome_pending', fate: 'open', sent: [] },
    ],
    [
      'is that of a new one where the earlier never had an effect',
      { earlier: true, settled: accepted },
      { told: 'done', fate: undefined, sent: ['cmd_2'] },
    ],
    [
      'is open where the earlier one cannot be asked for',
      { earlier: true, stored: unreachable },
      { told: 'PeerUnavailable', fate: 'open', sent: [] },
    ],
    ['is that there is no room', { inFlight: 4_000 }, { told: 'unavailable', fate: undefined, sent: [] }],
  ])('%s', async (_what, given, expected) => expect(await send(given)).toEqual(expected));
});

it('takes no name that the catalogue lacks, and no other payload', () => {
  const misspelt = (commands: Commands, call: Call) => [
    commands.execute(call, 'tag.create', { accountId: 'acc_1', name: 'vip', at: '' }),
    // @ts-expect-error misspelt
    commands.execute(call, 'tag.creat', { accountId: 'acc_1', name: 'vip', at: '' }),
    // @ts-expect-error without the account
    commands.execute(call, 'tag.create', { name: 'vip', at: '' }),
    // @ts-expect-error another answer
    commands.execute(call, 'contact.update', {} as never).then(({ shortcut }) => shortcut),
  ];
  expect(misspelt).toHaveLength(2);
});
