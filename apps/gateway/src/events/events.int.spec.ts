import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { EventPage } from '@wbiz/contracts/feed';
import { Rejection } from '@wbiz/eventing/rejection';
import { peersAnswering } from '@wbiz/service-testing/peers';
import { until } from '@wbiz/testing/stack';
import { addAccount, addKey, gatewayDatabase, startGateway, type Gateway } from '../gateway.harness.js';

let database: Awaited<ReturnType<typeof gatewayDatabase>>;
let gateway: Gateway;
let account: string;
let bearer: Record<string, string>;
const asked: unknown[][] = [];
let answer: () => Promise<EventPage>;
const peers = peersAnswering({
  'feed.read': (...given) => {
    asked.push(given);
    return answer();
  },
});
beforeAll(async () => {
  database = await gatewayDatabase();
  account = await addAccount(database.pool);
  ({ bearer } = await addKey(database.pool, account));
  gateway = await startGateway(database.url, { peers });
});
afterAll(async () => {
  await gateway.stop();
  await database.close();
});
beforeEach(() => void asked.splice(0));

const read = (query = '') => fetch(`${gateway.base}/v1/events${query}`, { headers: bearer });

it('asks the feed of the account, for as long as the caller wants to wait', async () => {
  const page = { data: [], nextCursor: 'c2' };
  answer = () => Promise.resolve(page);
  const response = await read('?since=c1&types=message.status&types=message.received&limit=10&wait=20');
  expect([response.status, await response.json()]).toEqual([200, page]);
  const query = {
    since: 'c1',
    types: ['message.status', 'message.received'],
    limit: 10,
    wait: 20,
    accountId: account,
  };
  expect(asked).toEqual([[query, { timeoutMs: 25_000 }]]);
});

it('cannot be asked for another account', async () => {
  expect((await read('?accountId=acc_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E')).status).toBe(422);
  expect(asked).toHaveLength(0);
});

it.each([
  ['?since=c1&before=c2', '?before'],
  ['?before=now&wait=5', '?wait'],
])('refuses %s', async (query, pointer) => {
  const response = await read(query);
  const { errors } = (await response.json()) as { errors: { pointer: string }[] };
  expect([response.status, errors.map((fault) => fault.pointer)]).toEqual([422, [pointer]]);
  expect(asked).toHaveLength(0);
});

it('says when a cursor is too old', async () => {
  answer = () => Promise.reject(new Rejection('cursor_expired', 'Kept are 30 days.'));
  const response = await read('?since=old');
  expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([
    410,
    'cursor_expired',
  ]);
});

it('does not keep a caller waiting when it is told to stop', async () => {
  const page = { data: [], nextCursor: 'c1' };
  answer = () => (asked.length === 1 ? new Promise(() => undefined) : Promise.resolve(page));
  const waiting = read('?since=c1&wait=30');
  await until(() => asked.length === 1);
  gateway.stopping.abort();
  const response = await waiting;
  expect([response.status, await response.json()]).toEqual([200, page]);
  expect(response.headers.get('connection')).toBe('close');
  expect(asked[1]).toEqual([{ since: 'c1', wait: 0, accountId: account }, { timeoutMs: 5_000 }]);
});
