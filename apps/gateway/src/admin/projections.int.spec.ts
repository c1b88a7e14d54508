import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { ProjectionView } from '@wbiz/contracts/projection';
import { runningGateway, type RunningGateway } from '../running-gateway.harness.js';

jest.setTimeout(60_000);
const given: unknown[] = [];
const people: ProjectionView = {
  service: 'contacts',
  projection: 'people',
  lag: 0,
  partitions: [],
  parked: [],
};
let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await runningGateway(
    {},
    {
      'projection.list': async () => [people],
      'projection.retry': async (ask) => (given.push(ask), { applied: 2, parked: false }),
      'projection.skip': async () => null,
      'projection.rewind': async (ask) => (given.push(ask), { partitions: 6 }),
    },
  );
});
afterAll(() => gateway.close());

it('shows those of every service', async () => {
  const { status, body } = await gateway.admin('GET', '/projections');
  expect(status).toBe(200);
  expect(body).toEqual({ projections: expect.arrayContaining([people]), unreachable: [] });
});

it('hands orders on to the service', async () => {
  const at = (verb: string, body: object, service = 'contacts') =>
    gateway.admin('POST', `/projections/${service}/people/${verb}`, body);
  expect(await at('retry', { accountId: 'acc_1' })).toMatchObject({ body: { applied: 2, parked: false } });
  expect(await at('rewind', { offset: 0 })).toMatchObject({ status: 200, body: { partitions: 6 } });
  expect(given).toEqual([
    { projection: 'people', accountId: 'acc_1' },
    { projection: 'people', offset: 0 },
  ]);
  expect((await at('skip', { accountId: 'acc_1', reason: 'known' })).status).toBe(404);
  expect((await at('retry', { accountId: 'acc_1' }, 'nobody')).status).toBe(404);
  expect((await at('rewind', {})).status).toBe(422);
  expect((await at('rewind', { offset: 0, since: '2026-11-22T10:30:00Z' })).status).toBe(422);
  expect((await at('rewind', { sequence: 7, source: 'messaging' })).status).toBe(422);
  expect((await at('skip', { accountId: 'acc_1' })).status).toBe(422);
});

it('is for operators', async () => {
  expect((await gateway.admin('GET', '/projections', undefined, null)).status).toBe(401);
});
