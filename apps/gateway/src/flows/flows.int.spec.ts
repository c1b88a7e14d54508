import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FLOW_STATUSES, isOwnFlowToken, type FlowView } from '@wbiz/contracts/flow';
import type { Ask } from '@wbiz/contracts/query-catalogue';
import type { Scope } from '@wbiz/contracts/scopes';
import type { SendRequest } from '@wbiz/contracts/send';
import { PeerUnavailable } from '@wbiz/eventing/rpc/rpc-client';
import { addAccount, addKey, gatewayDatabase, startGateway, type Gateway } from '../gateway.harness.js';
import { edgesTo, FakeMessaging } from '../messages/messaging.harness.js';
import { FLOW_ID } from '../messages/sends.samples.js';
import { flow } from './flows.samples.js';

let database: Awaited<ReturnType<typeof gatewayDatabase>>;
let gateway: Gateway;
let messaging: FakeMessaging;
let account: string;
let bearer: Record<string, string>;
/** The flow that templates answers with; undefined: templates cannot be reached. */
let known: FlowView | null | undefined;
let asked: (Ask<'flow.get'> | Ask<'flow.list'>)[];

beforeAll(async () => {
  database = await gatewayDatabase();
  gateway = await startGateway(
    database.url,
    edgesTo(() => messaging),
  );
});
afterAll(async () => {
  await gateway.stop();
  await database.close();
});
const templates = async <Told>(ask: (typeof asked)[number], told: (flow: FlowView | null) => Told) => {
  asked.push(ask);
  if (known === undefined) throw new PeerUnavailable('templates is not there');
  return told(known);
};
beforeEach(async () => {
  messaging = new FakeMessaging({
    'flow.get': (ask) => templates(ask, (one) => one),
    'flow.list': (ask) => templates(ask, (one) => ({ data: one ? [one] : [], nextCursor: null })),
  });
  known = flow();
  asked = [];
  account = await addAccount(database.pool);
  ({ bearer } = await addKey(database.pool, account));
});

/** The example of the API reference. */
const SEND = {
  to: '+918899332211',
  bodyText: 'Book your appointment in a few taps.',
  ctaText: 'Book now',
};
async function call(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${gateway.base}/v1/flows${path}`, {
    method,
    headers: { ...bearer, ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
const send = (over: object = {}, headers?: Record<string, string>) =>
  call('POST', `/${FLOW_ID}/send`, { ...SEND, ...over }, headers);
const requests = () => messaging.sent.map(({ data }) => data.request as SendRequest<'flow'>);

describe('flows', () => {
  it('are listed and got', async () => {
    expect(await call('GET', '?limit=5')).toEqual({
      status: 200,
      body: { data: [flow()], nextCursor: null },
    });
    expect(await call('GET', `/${FLOW_ID}`)).toEqual({ status: 200, body: flow() });
    await call('GET', '?status=draft');
    expect(asked).toEqual([
      { accountId: account, limit: 5 },
      { accountId: account, id: FLOW_ID },
      { accountId: account, status: 'draft' },
    ]);
  });

  it('that are not there are 404', async () => {
    known = null;
    for (const answer of [await call('GET', `/${FLOW_ID}`), await send()])
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it.each<[Scope, number, number]>([
    ['flows:read', 200, 403],
    ['flows:write', 403, 201],
    ['messages:send', 403, 403],
  ])('with %s are listed %d and sent %d', async (scope, listed, sent) => {
    ({ bearer } = await addKey(database.pool, account, { scopes: [scope] }));
    expect([(await call('GET', '')).status, (await send()).status]).toEqual([listed, sent]);
  });
});

describe('a flow that is sent', () => {
  it('becomes a command that holds all that Meta is to be told', async () => {
    const { status, body } = await send({ screen: 'DAY', data: { days: ['Monday'] }, metadata: { a: 'b' } });
    const [{ type, data }] = messaging.sent as [(typeof messaging.sent)[number]];
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { id: data.messageId, wamid: `wamid.${data.messageId}`, status: 'accepted', to: SEND.to },
    });
    expect({ type, kind: data.kind, request: data.request }).toEqual({
      type: 'message.send',
      kind: 'flow',
      request: {
        ...SEND,
        screen: 'DAY',
        data: { days: ['Monday'] },
        metadata: { a: 'b' },
        flowToken: expect.any(String),
        flow: { id: FLOW_ID, metaId: '5000000000000001' },
      },
    });
  });

  it('has the token that it was given, or one of its own', async () => {
    await send({ flowToken: 'booking-7' });
    await send();
    await send();
    const [given, ...own] = requests().map(({ flowToken }) => flowToken);
    expect([given, ...own.map(isOwnFlowToken)]).toEqual(['booking-7', true, true]);
    expect(new Set(own).size).toBe(2);
  });

  it.each(FLOW_STATUSES)('is refused, or not, where it is %s', async (status) => {
    known = flow({ status });
    const answers = [];
    for (const mode of [undefined, 'published', 'draft']) answers.push(await send({ mode }));
    expect(answers.map((answer) => answer.status)).toEqual(
      { published: [201, 201, 201], draft: [409, 409, 201] }[status as string] ?? [409, 409, 409],
    );
    for (const { body } of answers.filter((answer) => answer.status === 409))
      expect(body).toMatchObject({
        code: 'flow_not_published',
        detail: expect.stringContaining(`The flow appointment_booking is ${status}`),
      });
  });

  it('is not looked up for an account that may not send', async () => {
    ({ bearer } = await addKey(database.pool, await addAccount(database.pool, { entitled: false })));
    expect(await send()).toMatchObject({ status: 402, body: { code: 'not_entitled' } });
    expect(asked).toEqual([]);
  });

  it('is not looked up again for a send that was accepted under its Idempotency-Key', async () => {
    const key = { 'idempotency-key': 'flow-1' };
    messaging.outcome = undefined;
    expect((await send({}, key)).status).toBe(504);
    messaging.settle('sent');
    known = flow({ status: 'blocked' });
    await database.pool.query(`update gateway.idempotency set deadline = now() - interval '1 minute'`);
    expect(await send({}, key)).toMatchObject({
      status: 201,
      body: { id: messaging.sent[0]!.data.messageId },
    });
    expect(messaging.sent).toHaveLength(1);
    const other = await call('POST', `/${FLOW_ID.replace(/E$/, 'F')}/send`, SEND, key);
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  });

  it('is 503 while flows cannot be asked for, and its Idempotency-Key is free again', async () => {
    const key = { 'idempotency-key': 'flow-2' };
    known = undefined;
    expect(await send({}, key)).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    known = flow();
    expect((await send({}, key)).status).toBe(201);
  });
});
