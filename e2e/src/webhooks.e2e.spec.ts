import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { Webhook } from 'standardwebhooks';
import { receiver, type Receiver } from './webhook-receiver.js';
import { ok, type Client } from './api-client.js';
import { PERSON, startSystem, type System } from './system.js';
import { deliverThroughKills } from './delivery-through-kills.js';

let system: System;
let api: Client & { accountId: string };
const receivers: Receiver[] = [];
beforeAll(async () => {
  system = await startSystem({ replicas: { webhooks: 2 } });
  api = await system.connect();
  await system.admin('PATCH', `/accounts/${api.accountId}`, { throughput: 1_000 });
  await system.control('POST', '/behaviour', { throughputPerSecond: 1_000 });
}, 180_000);
afterEach(() => receivers.splice(0).forEach(({ close }) => close()));
afterAll(() => system?.stop());

const listen = async (...given: Parameters<typeof receiver>) => {
  const hooks = await receiver(...given);
  receivers.push(hooks);
  return hooks;
};
type Hook = { id: string; secret: string; status: string; active: boolean; reason: string | null };
type Deliveries = { data: { id: string; status: string; eventType: string; attempts: number }[] };
const create = async (hooks: Receiver, more: object = {}) =>
  ok(
    await api.post<Hook>('/v1/webhooks', {
      url: `${hooks.url}/hooks`,
      events: ['message.received', 'message.status'],
      ...more,
    }),
  );

describe('a webhook', () => {
  it('is told within a second what the reference shows, tested, listed, changed and deleted', async () => {
    const hooks = await listen();
    const { secret, ...hook } = await create(hooks);
    const test = ok(await api.post(`/v1/webhooks/${hook.id}/test`, undefined));
    expect(test).toMatchObject({ delivered: true, statusCode: 200 });
    const verifier = new Webhook(secret);
    const verified = () =>
      hooks.received.map(({ body, headers }) => verifier.verify(body, headers as Record<string, string>)) as {
        type: string;
        data: { wamid?: string };
      }[];
    expect(verified()).toMatchObject([{ type: 'webhook.test' }]);

    const wamid = await system.writeIn(api, PERSON, 'Is it there?');
    await until(() => verified().some(({ data }) => data.wamid === wamid), { timeoutMs: 1_000 });

    expect(ok(await api.get(`/v1/webhooks/${hook.id}`))).toEqual(hook);
    expect(ok(await api.get<{ data: Hook[] }>('/v1/webhooks')).data).toContainEqual(hook);
    // Waits until the webhook's cursor is stored: if the webhook is switched off before, it gets the event again later.
    await until(
      async () => ok(await api.get<{ lagEvents: number }>(`/v1/webhooks/${hook.id}/stats`)).lagEvents === 0,
    );
    const off = ok(
      await api.request<Hook>('PATCH', `/v1/webhooks/${hook.id}`, {
        active: false,
      }),
    );
    expect(off).toMatchObject({ active: false, status: 'inactive' });
    const before = hooks.received.length;
    await system.writeIn(api, PERSON, 'Nobody listens.');
    expect(hooks.received).toHaveLength(before);
    ok(await api.request('PATCH', `/v1/webhooks/${hook.id}`, { active: true }));
    await until(() => hooks.received.length === before + 1);

    const path = `/v1/webhooks/${hook.id}/deliveries`;
    const { data } = await until(async () => {
      const page = ok(await api.get<Deliveries>(`${path}?eventType=message.received`));
      return page.data.length === 2 && page;
    });
    expect(data).toMatchObject([
      { status: 'succeeded', attempts: 1 },
      { status: 'succeeded', attempts: 1 },
    ]);
    expect(ok(await api.post(`${path}/${data[0]!.id}/retry`, undefined))).toMatchObject({ id: data[0]!.id });
    await until(() => hooks.received.length === before + 2);
    expect(ok(await api.get(`/v1/webhooks/${hook.id}/stats`))).toMatchObject({ lagEvents: 0, failed: 0 });

    expect((await api.request('DELETE', `/v1/webhooks/${hook.id}`)).status).toBe(204);
    expect((await api.get(`/v1/webhooks/${hook.id}`)).status).toBe(404);
  });

  it('on an address that must not be reached is refused with the reason, also later', async () => {
    for (const url of ['https://169.254.169.254/latest', 'https://10.0.0.1/', 'https://[fd00:ec2::254]/']) {
      const answer = await api.post<{ code: string; errors: { pointer: string; detail: string }[] }>(
        '/v1/webhooks',
        { url, events: ['*'] },
      );
      expect([answer.status, answer.body.code]).toEqual([422, 'invalid_request']);
      expect(answer.body.errors).toMatchObject([
        { pointer: '/url', detail: expect.stringMatching(/address/) },
      ]);
    }
    const { id } = await create(await listen());
    const change = { url: 'https://10.0.0.1/' };
    expect((await api.request('PATCH', `/v1/webhooks/${id}`, change)).status).toBe(422);
  });

  it('that is gone is disabled, and another one is told', async () => {
    const [gone, watching] = [await listen(() => 410), await listen()];
    await create(watching, { events: ['webhook.disabled'] });
    const { id } = await create(gone);
    await system.writeIn(api, PERSON, 'Anyone?');
    await until(() => watching.received.length === 1, { describe: 'webhook.disabled' });
    expect(JSON.parse(watching.received[0]!.body)).toMatchObject({
      type: 'webhook.disabled',
      data: { webhookId: id, reason: 'gone' },
    });
    expect(ok(await api.get(`/v1/webhooks/${id}`))).toMatchObject({
      status: 'disabled',
      reason: expect.stringContaining('410'),
    });
  });
});

it('delivers every event in order per conversation though a replica is killed every 3 s', async () => {
  const hooks = await listen();
  const { events } = await deliverThroughKills(system, api, hooks, { messages: 500, kills: 3 });
  expect(events).toBeGreaterThanOrEqual(2 * 500);
});
