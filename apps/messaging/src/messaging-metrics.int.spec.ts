import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { contactIdOf, conversationIdOf } from '@wbiz/contracts/conversation';
import { newId } from '@wbiz/contracts/ids';
import { Secrets, UnsealFailed } from '@wbiz/service-kit/sealing';
import { serviceUnderTest } from '@wbiz/service-testing/service-under-test';
import { startSimulator } from '@wbiz/simulator/simulator';
import { until } from '@wbiz/testing/stack';
import { randomBytes } from 'node:crypto';
import { Credentials } from './account/credentials.js';
import { MESSAGING } from './messaging.service.js';

jest.setTimeout(60_000);
const ACCOUNT = newId('acc');
const PHONE = '1060000000000001';
type UnderTest = Awaited<ReturnType<typeof serviceUnderTest>>;
let simulator: Awaited<ReturnType<typeof startSimulator>>;
let service: UnderTest;
let running: Awaited<ReturnType<UnderTest['start']>>;
let foreign: Secrets | undefined;
let metric: Awaited<ReturnType<UnderTest['start']>>['metric'];

const control = (path: string, body: object) =>
  fetch(`${simulator.url}/_control${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

beforeAll(async () => {
  simulator = await startSimulator({ behaviour: { statuses: 'none' }, log: () => undefined });
  service = await serviceUnderTest(MESSAGING, {
    env: { CLOUD_API_URL: simulator.url, CLOUD_API_TIMEOUT_MS: '2000' },
    peers: {
      'account.credentials': async ({ accountId }) => ({
        wabaId: '1000000000000001',
        appId: '1',
        sealedToken: (foreign ?? service.secrets).seal('simulator-token', accountId),
      }),
      'account.find': async () => null,
    },
  });
  running = await service.start();
  ({ metric } = running);
  await service.publish(ACCOUNT, 'account.updated', {
    wabaId: '1000000000000001',
    name: 'Shop',
    status: 'active',
    plan: 'unlimited',
    entitled: true,
    unknownOutcomePolicy: 'fail',
    connectedAt: new Date().toISOString(),
    trialEndsAt: null,
    phoneNumbers: [
      {
        id: PHONE,
        displayPhoneNumber: '+1',
        verifiedName: 'Shop',
        qualityRating: 'GREEN',
        messagingLimit: null,
        throughput: 80,
        isDefault: true,
      },
    ],
  });
  await service.publish(ACCOUNT, 'template.changed', {
    id: 'tpl_1',
    metaId: '1',
    name: 'hello_world',
    language: 'en_US',
    category: 'UTILITY',
    status: 'approved',
    rejectionReason: null,
    qualityScore: null,
    components: [{ type: 'BODY', text: 'Hello' }],
    parameterFormat: 'POSITIONAL',
    createdAt: new Date().toISOString(),
    updatedAt: new Date().toISOString(),
  });
  await until(async () => (await metric('wbiz_number_open_calls', { phone_number_id: PHONE })) === 0, {
    timeoutMs: 20_000,
    describe: 'the phone number to be dispatched',
  });
});
afterAll(async () => {
  await service.close();
  await simulator.close();
});

async function send(to: string): Promise<string> {
  const messageId = newId('msg');
  const person = {
    conversationId: conversationIdOf(ACCOUNT, PHONE, to),
    contactId: contactIdOf(ACCOUNT, to),
  };
  const data = {
    ...person,
    messageId,
    phoneNumberId: PHONE,
    at: new Date().toISOString(),
    kind: 'template' as const,
    request: { to, template: 'hello_world', language: 'en_US' },
  };
  const { accepted } = await service.send('message.send', data, { accountId: ACCOUNT });
  expect(accepted).toMatchObject({ ok: true });
  return messageId;
}
const counted = (outcome: string, code: string) => async () => metric('wbiz_sends_total', { outcome, code });

it("counts sends by outcome and Meta's code, and times the calls", async () => {
  await control('/behaviour', {
    faults: [
      { match: { to: '14155550002' }, kind: 'error', code: 131026, rate: 1 },
      { match: { to: '14155550003' }, kind: 'error', code: 131056, rate: 1, times: 1 },
      { match: { to: '14155550004' }, kind: 'error', code: 987654, rate: 1 },
      { match: { to: '14155550005' }, kind: 'reset', rate: 1 },
    ],
  });
  for (const to of ['+14155550001', '+14155550002', '+14155550003', '+14155550004', '+14155550005'])
    await send(to);
  const is = (outcome: string, code: string, count: number) =>
    until(async () => (await counted(outcome, code)()) === count, {
      describe: `${count} ${outcome} ${code}`,
      timeoutMs: 20_000,
    });
  await is('refused', '131026', 1);
  await is('deferred', '131056', 1);
  await is('refused', 'other', 1);
  await is('unknown', 'none', 1);
  await is('accepted', 'none', 2);
  const calls = (outcome: string) =>
    metric('wbiz_meta_call_duration_seconds_count', { operation: 'send_message', outcome });
  expect(await calls('ok')).toBe(2);
  expect(await calls('refused')).toBe(3);
  expect(await calls('broken')).toBe(1);
  expect(await metric('wbiz_meta_call_errors_total', { operation: 'send_message', code: '131056' })).toBe(1);
});

it('shows how many outcomes are unknown, and for how long', async () => {
  await until(async () => (await metric('wbiz_unknown_outcome_sends')) === 1);
  await until(async () => (await metric('wbiz_unknown_outcome_age_seconds'))! > 0);
});

it('shows why the sends of a phone number wait: its queue, its pace, its pause and its open calls', async () => {
  const of = (name: string) => metric(name, { phone_number_id: PHONE });
  await control('/behaviour', {
    faults: [{ match: {}, kind: 'error', code: 130429, rate: 1, times: 3 }],
  });
  await send('+14155550100');
  await until(counted('deferred', '130429'));
  for (let index = 101; index < 110; index += 1) await send(`+14155550${index}`);
  await until(
    async () => (await of('wbiz_number_pause_seconds'))! > 0 && (await of('wbiz_number_queue_sends'))! > 0,
  );
  expect(await of('wbiz_number_queue_age_seconds')).toBeGreaterThan(0);
  await until(async () => (await of('wbiz_number_queue_sends')) === 0, { timeoutMs: 20_000 });
  await until(async () => (await of('wbiz_number_pace_ratio'))! > 0, { timeoutMs: 20_000 });
  await control('/behaviour', { faults: [], latencyMs: [3_000, 3_000] });
  await send('+14155550200');
  await until(async () => (await of('wbiz_number_open_calls')) === 1, { timeoutMs: 20_000 });
  await control('/behaviour', { latencyMs: [0, 0] });
});

it('shows that sends wait for a token that cannot be opened, and sends them once it can be', async () => {
  expect(await running.ask('secrets.present', {})).toEqual({ TOKENS_KEY: service.secrets.present });
  const error = jest.spyOn(running.runtime.logger, 'error');
  foreign = new Secrets({ key: randomBytes(32) });
  running.app.get(Credentials, { strict: false }).forget(ACCOUNT);
  const accepted = (await counted('accepted', 'none')())!;
  for (const to of ['+14155550301', '+14155550302']) await send(to);
  await until(async () => ((await counted('deferred', 'token_sealed')()) ?? 0) >= 4, { timeoutMs: 20_000 });
  expect(error.mock.calls).toEqual([
    [
      {
        err: expect.any(UnsealFailed),
        accountId: ACCOUNT,
        sealedWith: foreign.present,
        opensWith: [service.secrets.present],
        alarm: true,
      },
      'sealed token: the access token of an account cannot be opened; no call to Meta is made for it; its sends are tried again for 24 hours',
    ],
  ]);
  foreign = undefined;
  await until(async () => (await counted('accepted', 'none')()) === accepted + 2, { timeoutMs: 20_000 });
});

it('counts its queries to other services by outcome', async () => {
  expect(
    await metric('wbiz_rpc_request_duration_seconds_count', { peer: 'gateway', outcome: 'answered' }),
  ).toBeGreaterThan(0);
});
