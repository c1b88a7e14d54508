import { afterAll, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { call, runningGateway, type RunningGateway } from '../running-gateway.harness.js';

jest.setTimeout(60_000);
const TOKEN = 'simulator-at-meta';
const APP = '670000000000001';
let gateway: RunningGateway;
let wabaId: string;
let path: string;
beforeAll(async () => void (gateway = await runningGateway()));
afterAll(() => gateway.close());
beforeEach(async () => {
  const waba = await gateway.control('/wabas', { phoneNumbers: 2, token: TOKEN });
  wabaId = String(waba.body['id']);
  const account = await gateway.admin('POST', '/accounts', { wabaId, accessToken: TOKEN });
  path = `/accounts/${String(account.body['id'])}`;
});

const atMeta = () => gateway.admin('GET', `${path}/meta`);
const graph = (method: string, edge: string) =>
  call(`${gateway.simulatorUrl}/v25.0/${edge}`, method, undefined, { authorization: `Bearer ${TOKEN}` });

it('tells what Meta says: numbers, subscription, token', async () => {
  const { phoneNumbers, ...rest } = (await atMeta()).body as { phoneNumbers: object[] };
  expect(rest).toEqual({
    wabaName: expect.any(String),
    reviewStatus: 'APPROVED',
    businessVerification: 'verified',
    tokenExpiresAt: null,
    subscribed: true,
    subscribedApps: [{ id: APP, name: 'Simulated app' }],
    askedAt: expect.stringMatching(/Z$/),
  });
  expect(phoneNumbers).toHaveLength(2);
  expect(phoneNumbers[0]).toEqual({
    id: expect.any(String),
    displayPhoneNumber: expect.stringMatching(/^\+/),
    verifiedName: expect.any(String),
    nameStatus: 'APPROVED',
    status: 'CONNECTED',
    qualityRating: 'GREEN',
    messagingLimit: 'TIER_UNLIMITED',
    throughput: 80,
  });
});

it('tells what has changed at Meta since, which reconnecting keeps', async () => {
  const before = (await gateway.admin('GET', path)).body as { phoneNumbers: { id: string }[] };
  const [first] = before.phoneNumbers;
  await graph('DELETE', `${wabaId}/subscribed_apps`);
  await gateway.control(`/phone-numbers/${first!.id}/throughput`, { level: 'HIGH' });
  expect((await atMeta()).body).toMatchObject({
    subscribed: false,
    subscribedApps: [],
    phoneNumbers: [{ id: first!.id, throughput: 1_000 }, { throughput: 80 }],
  });
  expect((await gateway.admin('GET', path)).body).toEqual(before);

  const again = await gateway.admin('POST', `${path}/reconnect`);
  expect(again).toMatchObject({ status: 200, body: { phoneNumbers: [{ throughput: 1_000 }, {}] } });
  expect((await atMeta()).body).toMatchObject({ subscribed: true });
});

it.each([
  ['code', { code: 190 }, 422, 'invalid_access_token'],
  ['code', { code: 2 }, 502, 'upstream_error'],
  ['kind', { kind: 'reset' }, 503, 'unavailable'],
])('says so when Meta refuses or fails (%s %j)', async (_, fault, status, code) => {
  for (const edge of ['phone_numbers', 'subscribed_apps']) {
    await gateway.control('/behaviour', {
      faults: [{ match: { path: edge }, kind: 'error', rate: 1, ...fault }],
    });
    expect([edge, await atMeta()]).toMatchObject([edge, { status, body: { code } }]);
  }
  await gateway.control('/behaviour', { faults: [] });
});

it.each([
  ['GET', 'meta'],
  ['POST', 'reconnect'],
])('%s of an account that is not there is 404 (%s)', async (method, what) => {
  expect(await gateway.admin(method, `/accounts/acc_${'0'.repeat(26)}/${what}`)).toMatchObject({
    status: 404,
  });
});
