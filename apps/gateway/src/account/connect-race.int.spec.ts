import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { runningGateway, type RunningGateway } from '../running-gateway.harness.js';

jest.setTimeout(60_000);
const WABA = '1000000000000001';
let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await runningGateway();
});
afterAll(() => gateway?.close());

const find = (wabaId: string) => gateway.ask('account.find', { wabaId });
it('is asked again later about a WABA that is being connected, and finds its account as soon as it is', async () => {
  expect(await find(WABA)).toBeNull();
  await gateway.control('/behaviour', { latencyMs: [400, 400] });
  const connecting = gateway.admin('POST', '/accounts', { wabaId: WABA, accessToken: 'simulator-token' });
  await until(() =>
    find(WABA).then(
      () => false,
      (error: Error) => error.message.includes('is being connected'),
    ),
  );
  expect(await find('42')).toBeNull();
  const { status, body } = await connecting;
  expect(status).toBe(201);
  expect(await find(WABA)).toEqual({ accountId: body['id'] });
});
