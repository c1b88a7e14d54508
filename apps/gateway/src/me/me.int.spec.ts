import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { AccountData } from '@wbiz/contracts/account';
import type { KeyLimit } from '@wbiz/contracts/api-key';
import { PeerUnavailable } from '@wbiz/eventing/rpc/rpc-client';
import { peersAnswering } from '@wbiz/service-testing/peers';
import { addAccount, addKey, gatewayDatabase, startGateway, type Gateway } from '../gateway.harness.js';
import { billingMonth } from './me.js';

let database: Awaited<ReturnType<typeof gatewayDatabase>>;
let gateway: Gateway;
let reachable = true;
const asked: object[] = [];
const peers = peersAnswering({
  'message.usage': async (ask) => {
    asked.push(ask);
    if (!reachable) throw new PeerUnavailable('not there');
    return { messagesSent: 12, conversations: 3 };
  },
});
beforeAll(async () => {
  database = await gatewayDatabase();
  gateway = await startGateway(database.url, { peers });
});
afterAll(async () => {
  await gateway.stop();
  await database.close();
});

async function account(given: Partial<AccountData>, key: { limit?: KeyLimit } = {}) {
  const id = await addAccount(database.pool, given);
  const { bearer } = await addKey(database.pool, id, { scopes: ['tags:read'], ...key });
  const response = await fetch(`${gateway.base}/v1/account`, { headers: bearer });
  return { id, status: response.status, body: (await response.json()) as object };
}

it('tells plan, entitlement, usage of the month and limits', async () => {
  const month = billingMonth(new Date());
  const { id, status, body } = await account({
    plan: 'growth',
    entitled: false,
    trialEndsAt: '2026-12-01T00:00:00.000Z',
  });
  expect(status).toBe(200);
  expect(body).toEqual({
    id,
    plan: 'growth',
    entitled: false,
    status: 'active',
    trialEndsAt: '2026-12-01T00:00:00.000Z',
    currentPeriod: { ...month, messagesSent: 12, conversations: 3 },
    limits: { perMinute: 600, burst: 120 },
  });
  expect(asked.at(-1)).toEqual({ accountId: id, since: month.start });
});

it.each([
  ['of the key, where it has its own', { limit: { perMinute: 90, burst: 30 } }, { perMinute: 90, burst: 30 }],
  ['none', {}, { perMinute: null, burst: null }],
])('limits: %s', async (_what, key, limits) => {
  expect((await account({ plan: 'unlimited' }, key)).body).toMatchObject({ limits });
});

it('is unavailable while messaging cannot be asked', async () => {
  reachable = false;
  expect(await account({})).toMatchObject({ status: 503, body: { code: 'unavailable' } });
});

it.each([
  ['2026-11-22T10:00:00Z', '2026-11-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
  ['2026-12-31T23:59:59Z', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ['2028-02-29T12:00:00Z', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
])('the month of %s', (now, start, end) => expect(billingMonth(new Date(now))).toEqual({ start, end }));
