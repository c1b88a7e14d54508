import { describe, expect, it } from '@jest/globals';
import type { TemplateView } from '@wbiz/contracts/template';
import { CommandTimeout } from '@wbiz/eventing/kafka/command-bus';
import type { Reply } from '@wbiz/eventing/message';
import { PeerUnavailable } from '@wbiz/eventing/rpc/rpc-client';
import type { Call } from '../access/call.js';
import { Commands } from '../commands/commands.js';
import { TemplateWrites } from './write-template.js';

const PENDING = { id: 'tpl_1', status: 'pending', metaId: null };
const MADE = { id: 'tpl_1', status: 'pending', metaId: '7' };
const REFUSED: Reply = {
  ok: false,
  error: { code: 'rejected_by_meta', message: 'No.', details: { metaCode: 100 } },
};
type Given = {
  submission?: string | null;
  settled?: Reply;
  onFile?: Reply | null | Error;
  resumed?: boolean;
  lost?: boolean;
};

/** A write of a template: the caller's answer, the commands sent, and whether the Idempotency-Key is held. */
async function written(
  write: (writes: TemplateWrites, call: Call) => Promise<unknown>,
  { submission = 'cmd_2', settled, onFile = null, resumed = false, lost = false }: Given,
) {
  const sent: object[] = [];
  const asked: object[] = [];
  const accepted: Reply = { ok: true, data: { template: PENDING, submission } };
  const bus = {
    inFlight: () => 0,
    send: async (
      service: string,
      { type, data }: { type: string; data: unknown },
      { key }: { key: string },
    ) => {
      sent.push({ service, type, key, data });
      if (lost) throw new CommandTimeout('cmd_2');
      return accepted;
    },
    sendAll: () => [],
    settled: async () => settled,
  };
  const peers = {
    ask: async (name: string, ask: object) => {
      asked.push({ name, ...ask });
      if (onFile instanceof Error) throw onFile;
      return onFile as never;
    },
    askOf: async () => {
      if (lost) throw new PeerUnavailable('templates is not there');
      return accepted as never;
    },
  };
  const call = {
    account: { id: 'acc_1' },
    key: { id: 'key_1' },
    deadline: Date.now(),
    claim: { commandId: 'cmd_2', ...(resumed ? { earlier: 'cmd_1' } : {}) },
  } as Call;
  const writes = new TemplateWrites(new Commands(peers, bus, { takeOver: async () => undefined }), peers);
  const told = await write(writes, call).catch((error: unknown) => error);
  return { told, sent, asked, fate: call.fate };
}

const BODY = {
  name: 'order_shipped',
  language: 'en_US',
  category: 'UTILITY' as const,
  components: [{ type: 'BODY', text: 'Your order shipped.' }],
};
const create = (writes: TemplateWrites, call: Call) => writes.create(BODY, call);
const update = (writes: TemplateWrites, call: Call) => writes.update('tpl_1', { submit: true }, call);
const remove = (writes: TemplateWrites, call: Call) => writes.delete('tpl_1', call);
const done: Reply<Partial<TemplateView>> = { ok: true, data: MADE as Partial<TemplateView> };

describe('a new template', () => {
  it('is a command under an id of its own', async () => {
    const { sent } = await written(create, { settled: done });
    const { templateId } = (sent[0] as { data: { templateId: string } }).data;
    expect(templateId).toMatch(/^tpl_[0-9A-Z]{26}$/);
    const data = { ...BODY, templateId, at: expect.any(String) };
    expect(sent).toEqual([{ service: 'templates', type: 'template.create', key: templateId, data }]);
  });

  it.each<[string, Given, object]>([
    ['once Meta has it', { settled: done }, MADE],
    ['at once where it is a draft', { submission: null }, PENDING],
    ['where the reply was lost, from what is on file', { onFile: done }, MADE],
    ['where an earlier request made it', { resumed: true, onFile: done }, MADE],
  ])('is answered %s', async (_when, given, view) => {
    expect(await written(create, given)).toMatchObject({ told: view, fate: undefined });
  });

  it.each<[string, Given, object, Call['fate']]>([
    [
      "Meta's refusal",
      { settled: REFUSED },
      { code: 'rejected_by_meta', details: { metaCode: 100 } },
      undefined,
    ],
    ["Meta's refusal on file", { onFile: REFUSED }, { code: 'rejected_by_meta' }, undefined],
    ['that it is pending', {}, { code: 'outcome_pending', details: { templateId: 'tpl_1' } }, 'open'],
    [
      'that it is pending where templates is away meanwhile',
      { onFile: new PeerUnavailable('away') },
      { code: 'outcome_pending', details: { templateId: 'tpl_1' } },
      'open',
    ],
    ['that an earlier request is pending', { resumed: true }, { code: 'idempotency_in_progress' }, 'open'],
    [
      'that nobody knows whether it was accepted',
      { lost: true },
      { code: 'outcome_pending', details: { templateId: expect.stringMatching(/^tpl_/) } },
      'open',
    ],
  ])('is answered with %s', async (_what, given, told, fate) => {
    const answer = await written(create, given);
    expect(answer).toMatchObject({ told });
    expect(answer.fate).toBe(fate);
  });

  it('is asked for by the submission of its own account', async () => {
    const { asked } = await written(create, { submission: 'cmd_7', onFile: done });
    expect(asked).toEqual([{ name: 'template.outcome', accountId: 'acc_1', id: 'cmd_7' }]);
  });
});

it('a change is a command to its template', async () => {
  const { told, sent } = await written(update, { settled: done });
  expect(told).toEqual(MADE);
  const data = { templateId: 'tpl_1', submit: true, at: expect.any(String) };
  expect(sent).toEqual([{ service: 'templates', type: 'template.update', key: 'tpl_1', data }]);
});

it.each<[string, Given]>([
  ['of a draft', { submission: null }],
  ['once Meta has deleted it', { settled: { ok: true, data: null } }],
  ['where the reply was lost, from what is on file', { onFile: { ok: true, data: null } }],
])('a deletion is answered with nothing %s', async (_what, given) => {
  const { told, sent } = await written(remove, given);
  expect(told).toBeUndefined();
  expect(sent).toMatchObject([{ type: 'template.delete', key: 'tpl_1' }]);
});
