import { describe, expect, it } from '@jest/globals';
import type { Reply } from '@wbiz/eventing/message';
import type { Call } from '../access/call.js';
import { Commands } from '../commands/commands.js';
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

/** Marks a message read; resolves to the command sent, its outcome, and whether the Idempotency-Key is held. */
async function marked({ message = RECEIVED, pending = true, resumed = false, settled, onFile }: Given) {
  const sent: object[] = [];
  const accepted: Reply = { ok: true, data: { message, pending } };
  const bus = {
    inFlight: () => 0,
    send: async (
      service: string,
      { type, data }: { type: string; data: unknown },
      { key }: object & { key: string },
    ) => {
      sent.push({ service, type, key, data });
      return accepted;
    },
    sendAll: () => [],
    settled: async () => settled,
  };
  const peers = {
    ask: async () => (onFile ?? RECEIVED) as never,
    askOf: async () => accepted as never,
  };
  const commands = new Commands(peers, bus, { takeOver: async () => undefined });
  const call = {
    account: { id: 'acc_1' },
    key: { id: 'key_1' },
    deadline: Date.now(),
    claim: { commandId: 'cmd_2', ...(resumed ? { earlier: 'cmd_1' } : {}) },
  } as Call;
  const view = await markRead({ commands, peers }, 'msg_1', { typing: true }, call).catch(
    (error: unknown) => error,
  );
  return { view, sent, fate: call.fate };
}

describe('marking a message read', () => {
  it('is a command to messaging', async () => {
    const { sent } = await marked({ settled: { ok: true, data: READ } });
    expect(sent).toEqual([
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

  it('is pending while Meta does not answer, and may be asked again under the same key', async () => {
    expect(await marked({})).toMatchObject({
      view: { code: 'outcome_pending', details: { messageId: 'msg_1' } },
      fate: undefined,
    });
  });
});
