import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AccountData } from '@wbiz/contracts/account';
import { contactIdOf, conversationIdOf } from '@wbiz/contracts/conversation';
import {
  addAccount,
  addKey,
  gatewayDatabase,
  PHONE_NUMBER_ID,
  startGateway,
  type Gateway,
} from '../gateway.harness.js';
import { FakeMessaging } from './messaging.harness.js';

let database: Awaited<ReturnType<typeof gatewayDatabase>>;
let gateway: Gateway;
let account: string;
let bearer: Record<string, string>;
const messaging = new FakeMessaging();
beforeAll(async () => {
  database = await gatewayDatabase();
  account = await addAccount(database.pool);
  ({ bearer } = await addKey(database.pool, account));
  gateway = await startGateway(database.url, messaging);
});
afterAll(async () => {
  await gateway.stop();
  await database.close();
});
beforeEach(() => {
  Object.assign(messaging, {
    way: 'accept',
    outcome: 'sent',
    refusal: undefined,
    reachable: true,
    inFlight: 0,
  });
  messaging.sent.length = 0;
});

const TEXT = { to: '+918899332211', body: 'Hi! Your order #1043 has shipped.' };
async function send(body: object = TEXT, headers: Record<string, string> = {}, kind = 'text') {
  const response = await fetch(`${gateway.base}/v1/messages/${kind}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer, ...headers },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}
const keyOf = async (given: Partial<AccountData>) =>
  (await addKey(database.pool, await addAccount(database.pool, given))).bearer;

describe('a send', () => {
  it('answers 201 with what Meta made of it', async () => {
    const { status, body } = await send();
    const [command] = messaging.sent;
    expect(status).toBe(201);
    expect(body).toEqual({
      id: command!.data.messageId,
      wamid: `wamid.${command!.data.messageId}`,
      status: 'accepted',
      to: '+918899332211',
      conversationId: conversationIdOf(account, PHONE_NUMBER_ID, '+918899332211'),
      phoneNumberId: PHONE_NUMBER_ID,
      createdAt: command!.data.at,
    });
  });

  it('becomes a command that holds all that is decided, due in 10 seconds', async () => {
    const began = Date.now();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const template = {
      to: '91 88993 32211',
      template: 'order_confirmation',
      language: 'en_US',
      variables: ['Gaurav', '#1043'],
    };
    await send(template, { traceparent }, 'template');
    const [command] = messaging.sent;
    expect(command).toMatchObject({
      type: 'message.send',
      accountId: account,
      actor: expect.stringMatching(/^key_/),
      traceparent: expect.stringMatching(/^00-0af7651916cd43dd8448eb211c80319c-/),
      data: {
        kind: 'template',
        request: { ...template, to: '+918899332211' },
        contactId: contactIdOf(account, '+918899332211'),
        phoneNumberId: PHONE_NUMBER_ID,
      },
    });
    expect(command!.deadline! - began).toBeGreaterThanOrEqual(10_000);
    expect(command!.deadline! - began).toBeLessThan(11_500);
  });

  it('with Prefer: respond-async answers 202 without waiting for Meta', async () => {
    messaging.outcome = undefined;
    const { status, headers, body } = await send(TEXT, { prefer: 'respond-async, wait=10' });
    expect({ status, body }).toEqual({
      status: 202,
      body: { id: messaging.sent[0]!.data.messageId, status: 'accepted' },
    });
    expect(headers.get('preference-applied')).toBe('respond-async');
  });
});

describe('is refused before anything is sent', () => {
  it.each<[string, Partial<AccountData>, object, number, object]>([
    ['without entitlement', { entitled: false }, TEXT, 402, { code: 'not_entitled' }],
    ['while the account is suspended', { status: 'suspended' }, TEXT, 409, { code: 'account_suspended' }],
    ['without a phone number', { phoneNumbers: [] }, TEXT, 422, { code: 'phone_number_not_found' }],
    [
      'from a number of others',
      {},
      { ...TEXT, from: '999' },
      422,
      {
        code: 'phone_number_not_found',
        errors: [{ pointer: '/from', code: 'not_found', detail: expect.any(String) }],
      },
    ],
  ])('%s', async (_when, given, request, status, problem) => {
    const answer = await send(request, await keyOf(given));
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject(problem);
    expect(messaging.sent).toHaveLength(0);
  });

  it('when too many commands are under way', async () => {
    messaging.inFlight = 4_000;
    const { status, headers } = await send();
    expect([status, headers.get('retry-after'), messaging.sent.length]).toEqual([503, '1', 0]);
  });
});

describe('what becomes of it', () => {
  it("is messaging's refusal", async () => {
    messaging.refusal = { code: 'service_window_closed', message: 'The person has not written.' };
    const { status, body } = await send();
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'service_window_closed', detail: 'The person has not written.' });
  });

  it.each([
    ['rejected_by_meta', 422],
    ['upstream_error', 502],
    ['outcome_unknown', 502],
  ])("is %s with Meta's own words", async (code, expected) => {
    messaging.outcome = {
      code,
      message: 'Re-engagement message',
      metaCode: 131047,
      metaSubcode: 2494055,
      details: 'More than 24 hours',
    };
    const { status, body } = await send();
    expect(status).toBe(expected);
    expect(body).toMatchObject({
      code,
      detail: 'Re-engagement message',
      metaCode: 131047,
      metaSubcode: 2494055,
      details: 'More than 24 hours',
      messageId: messaging.sent[0]!.data.messageId,
    });
  });

  it('is pending while Meta does not answer, and can be asked for', async () => {
    messaging.outcome = undefined;
    const { status, body } = await send();
    expect(status).toBe(504);
    const messageId = messaging.sent[0]!.data.messageId;
    expect(body).toMatchObject({ code: 'outcome_pending', messageId });
    messaging.settle('sent');
    const message = await fetch(`${gateway.base}/v1/messages/${messageId}`, { headers: bearer });
    expect(await message.json()).toMatchObject({ id: messageId, wamid: `wamid.${messageId}` });
  });

  it('is found out by asking when the reply was lost', async () => {
    messaging.way = 'lost';
    expect((await send()).status).toBe(201);
  });

  it('is nothing when it never got there: 503, and it never will', async () => {
    messaging.way = 'dropped';
    const { status, headers, body } = await send();
    expect([status, headers.get('retry-after'), body['code']]).toEqual([503, '1', 'unavailable']);
    messaging.handle(messaging.sent[0]!); // late
    expect(messaging.messages.has(messaging.sent[0]!.data.messageId)).toBe(false);
  });
});

it('says 404 for a message that is not there, and for what is no id', async () => {
  for (const id of ['msg_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E', 'x', "';--", '%00', 'msg_'.padEnd(90, 'a')]) {
    const response = await fetch(`${gateway.base}/v1/messages/${id}`, { headers: bearer });
    expect([id, response.status, ((await response.json()) as { code: string }).code]).toEqual([
      id,
      404,
      'not_found',
    ]);
  }
});
