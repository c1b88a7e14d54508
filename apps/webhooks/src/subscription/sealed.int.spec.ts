import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { newId } from '@wbiz/contracts/ids';
import { EventStore } from '@wbiz/eventing/postgres/event-store';
import { Secrets } from '@wbiz/service-kit/sealing';
import { serviceUnderTest } from '@wbiz/service-testing/service-under-test';
import { randomBytes } from 'node:crypto';
import { WEBHOOKS } from '../webhooks.service.js';
import { webhooks } from './webhook.aggregate.js';
import type { WebhookState } from './webhook.decider.js';

jest.setTimeout(60_000);
const [before, now] = [randomBytes(32), randomBytes(32)];
const old = new Secrets({ key: before });
const present = new Secrets({ key: now });
const accountId = newId('acc');
const env: NodeJS.ProcessEnv = { WEBHOOKS_KEY: before.toString('base64'), WEBHOOKS_ALLOW_INSECURE: 'true' };

let service: Awaited<ReturnType<typeof serviceUnderTest>>;
let running: Awaited<ReturnType<typeof service.start>>;
beforeAll(async () => {
  service = await serviceUnderTest(WEBHOOKS, { env });
  running = await service.start();
});
afterAll(() => service.close());

const create = async (secrets: Secrets) => {
  const webhookId = newId('whk');
  const made = await service.send(
    'webhook.create',
    {
      ...{ webhookId, at: new Date().toISOString(), url: 'http://127.0.0.1:9/', events: ['message.status'] },
      ...{ headerNames: ['X-Tenant'], sealedHeaders: secrets.seal('{"X-Tenant":"7"}', webhookId) },
      sealedSecret: secrets.seal(`secret of ${webhookId}`, webhookId),
    },
    { accountId },
  );
  expect(made.accepted).toMatchObject({ ok: true });
  return { webhookId, commandId: made.id };
};
const rotate = (secrets: Secrets, webhookId: string) =>
  service.send(
    'webhook.rotate-secret',
    { webhookId, at: new Date().toISOString(), sealedSecret: secrets.seal('rotated', webhookId) },
    { accountId },
  );
const stateOf = async (webhookId: string) => {
  const { rows } = await service.pool.query<{ state: NonNullable<WebhookState> }>(
    'select state from webhooks.webhooks where stream = $1',
    [webhookId],
  );
  return rows[0]!.state;
};

it('webhooks and kept replies are sealed anew, beside a rotation, and their streams say so', async () => {
  const made = [];
  for (let count = 0; count < 20; count += 1) made.push(await create(old));
  await rotate(old, made[0]!.webhookId);
  await running.stop();
  env.WEBHOOKS_KEY = now.toString('base64');
  env.WEBHOOKS_KEY_PREVIOUS = before.toString('base64');
  running = await service.start();

  await expect(service.ask('webhook.reseal', { present: old.present })).rejects.toMatchObject({
    code: 'conflict',
  });
  const [sealed] = await Promise.all([
    service.ask('webhook.reseal', { present: present.present }),
    ...made.slice(10).map(({ webhookId }) => rotate(present, webhookId)),
  ]);
  expect(sealed.map(({ what, resealed }) => [what, resealed])).toEqual([
    ['secrets and headers of webhooks', 20],
    ['kept replies to commands', 21],
  ]);
  // If the rotation comes first, the old sealed text becomes the previous secret, and the second reseal renews it.
  await service.ask('webhook.reseal', { present: present.present });
  const again = await service.ask('webhook.reseal', { present: present.present });
  expect(again.map(({ resealed, former }) => [resealed, former])).toEqual([
    [0, []],
    [0, []],
  ]);

  const store = running.app.get(EventStore, { strict: false });
  for (const [index, { webhookId, commandId }] of made.entries()) {
    const state = await stateOf(webhookId);
    expect(await store.replay(webhooks, webhookId)).toEqual(state);
    const wanted = index === 0 || index >= 10 ? 'rotated' : `secret of ${webhookId}`;
    expect(present.unseal(state.sealed.secret, webhookId)).toBe(wanted);
    expect(present.unseal(state.sealed.headers!, webhookId)).toBe('{"X-Tenant":"7"}');
    if (wanted === 'rotated')
      expect(present.unseal(state.sealed.previous!.secret, webhookId)).toBe(`secret of ${webhookId}`);
    const reply = await service.ask('command.reply', { commandId, expire: false });
    const { sealedSecret } = (reply as { data: { sealedSecret: string } }).data;
    expect(present.unseal(sealedSecret, webhookId)).toBe(`secret of ${webhookId}`);
  }
});
