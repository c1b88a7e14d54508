import { describe, expect, it } from '@jest/globals';
import type { Reply } from '@wbiz/eventing/message';
import type { Call } from '../access/call.js';
import type { Commands } from '../commands/commands.js';
import { markRead } from './mark-read.js';

const RECEIVED = { id: 'msg_1', status: 'received' };
const READ = { id: 'msg_1', status: 'read' };
type Given = {
  message?: object;
  pending?: boolean;
  resumed?: boolean;
  settled?: Reply;
  onFile?: object;
};

/** Marks a message read; gives the command that went out and what became of it. */
async function marked({ message = RECEIVED, pending = true, resumed = false, settled, onFile }: Given) {
  const orders: unknown[] = [];
  const commands = {
    execute: async (_call: Call, service: string, order: () => object) => {
      orders.push({ service, ...order() });
      return { commandId: 'cmd_1', resumed, data: { message, pending } };
    },
    settled: async () => settled,
  } as unknown as Pick<Commands, 'execute' | 'settled'>;
  const peers = { ask: async () => onFile ?? RECEIVED } as never;
  const call = { account: { id: 'acc_1' }, deadline: Date.now() } as unknown as Call;
  const view = await markRead(commands, peers, 'msg_1', { typing: true }, call).catch(
    (error: unknown) => error,
  );
  return { view, orders };
}

describe('marking a message read', () => {
  it('is a command to messaging', async () => {
    const { orders } = await marked({ settled: { ok: true, data: READ } });
    expect(orders).toEqual([
      {
        service: 'messaging',
        type: 'message.mark-read',
        key: 'msg_1',
        data: { messageId: 'msg_1', typing: true, at: expect.any(String) },
      },
    ]);
  });

  it.each<[string, Given]>([
    ['once Meta knows', { settled: { ok: true, data: READ } }],
    ['at once where Meta is not to be told', { message: READ, pending: false }],
    ['where the reply was lost, from what is on file', { onFile: READ }],
    ['where an earlier request did it', { resumed: true, onFile: READ }],
  ])('answers with the message %s', async (_when, given) => {
    expect((await marked(given)).view).toEqual(READ);
  });

  it("tells Meta's refusal", async () => {
    const error = { code: 'rejected_by_meta', message: 'No.', details: { metaCode: 100 } };
    expect((await marked({ settled: { ok: false, error } })).view).toMatchObject(error);
  });

  it('is pending while Meta does not answer', async () => {
    expect((await marked({})).view).toMatchObject({
      code: 'outcome_pending',
      details: { messageId: 'msg_1' },
    });
  });
});
