import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ApiKeys } from '../admin/api-keys.js';
import {
  addAccount,
  addKey,
  gatewayDatabase,
  startGateway,
  type FakeBus,
  type Gateway,
} from '../gateway.harness.js';

const ID = 'cnt_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E';
let database: Awaited<ReturnType<typeof gatewayDatabase>>;
let gateway: Gateway;
let accountId: string;
const written: Parameters<FakeBus['send']>[1][] = [];
const bus = {
  send: async (_service: string, command: Parameters<FakeBus['send']>[1]) => {
    written.push(command);
    return { ok: true, data: { id: ID, created: false, contact: null } };
  },
  settled: () => Promise.reject(new Error('a contact has no second reply')),
  inFlight: () => 0,
} as FakeBus;

beforeAll(async () => {
  database = await gatewayDatabase();
  gateway = await startGateway(database.url, { bus });
  accountId = await addAccount(database.pool);
});
afterAll(async () => {
  await gateway.stop();
  await database.close();
});

it.each<[string, string, object]>([
  ['POST', '/v1/contacts', { phone: '+918899332211' }],
  ['PATCH', `/v1/contacts/${ID}`, { name: 'Asha' }],
  ['POST', '/v1/contacts/bulk', { contacts: [{ phone: '+918899332211' }] }],
])('%s %s notes the key, or that it was the console', async (method, path, body) => {
  const ours = await addKey(database.pool, accountId);
  const { key } = await new ApiKeys(database.pool).createForConsole(accountId);
  written.length = 0;
  for (const one of [ours.key, key]) {
    const headers = { authorization: `Bearer ${one}`, 'content-type': 'application/json' };
    const answer = await fetch(`${gateway.base}${path}`, { method, headers, body: JSON.stringify(body) });
    expect(answer.status).toBe(200);
  }
  expect(written).toMatchObject([{ data: { by: ours.id } }, { data: { by: 'console' } }]);
});
