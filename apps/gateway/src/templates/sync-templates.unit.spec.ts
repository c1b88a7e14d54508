import { expect, it } from '@jest/globals';
import type { Reply } from '@wbiz/eventing/message';
import type { Call } from '../access/call.js';
import { Commands } from '../commands/commands.js';
import { syncTemplates } from './sync-templates.js';

const RESULT = { total: 3, created: 1, updated: 2, removed: 0 };

async function sync(outcome: Reply | undefined, resumed = false) {
  const codes: number[] = [];
  const waits: number[] = [];
  const accepted: Reply = { ok: true, data: { status: 'accepted' } };
  const bus = {
    inFlight: () => 0,
    send: async () => accepted,
    sendAll: () => [],
    settled: async (_commandId: string, timeoutMs: number) => {
      waits.push(timeoutMs);
      return outcome;
    },
  };
  const commands = new Commands({ askOf: async () => accepted as never }, bus, {
    takeOver: async () => undefined,
  });
  const call = {
    account: { id: 'acc_1' },
    key: { id: 'key_1' },
    reply: { code: (code: number) => codes.push(code) },
    claim: { commandId: 'cmd_2', ...(resumed ? { earlier: 'cmd_1' } : {}) },
  } as unknown as Call;
  const body = await syncTemplates(commands, call);
  return { body, codes, waits };
}

it('answers what was pulled', async () => {
  expect(await sync({ ok: true, data: RESULT })).toMatchObject({ body: RESULT, codes: [] });
});

it('answers 202 when that takes longer than 30 seconds', async () => {
  const { body, codes, waits } = await sync(undefined);
  expect([body, codes]).toEqual([{ status: 'accepted' }, [202]]);
  expect(waits[0]).toBeGreaterThan(29_000);
});

it('answers 202 for what an earlier request with the same Idempotency-Key began', async () => {
  expect(await sync(undefined, true)).toEqual({ body: { status: 'accepted' }, codes: [202], waits: [] });
});

it("answers Meta's refusal", async () => {
  const refused = sync({ ok: false, error: { code: 'upstream_error', message: 'The token is not valid.' } });
  await expect(refused).rejects.toMatchObject({ code: 'upstream_error', message: 'The token is not valid.' });
});
