import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { newId } from '@wbiz/contracts/ids';
import { newWebhookSecret } from '@wbiz/contracts/webhook';
import { serviceUnderTest } from '@wbiz/service-testing/service-under-test';
import { until } from '@wbiz/testing/stack';
import { WEBHOOKS } from '../webhooks.service.js';
import { endpoint, type Endpoint } from './endpoint.harness.js';

jest.setTimeout(60_000);
type UnderTest = Awaited<ReturnType<typeof serviceUnderTest>>;
let service: UnderTest;
let metric: Awaited<ReturnType<UnderTest['start']>>['metric'];
let hook: Endpoint;
const ACCOUNT = newId('acc');
const webhookId = newId('whk');

beforeAll(async () => {
  hook = await endpoint();
  service = await serviceUnderTest(WEBHOOKS, { env: { WEBHOOKS_ALLOW_INSECURE: 'true' } });
  ({ metric } = await service.start());
  const { accepted } = await service.send(
    'webhook.create',
    {
      webhookId,
      url: hook.url,
      events: ['*'],
      at: new Date().toISOString(),
      sealedSecret: service.secrets.seal(newWebhookSecret(), webhookId),
    },
    { accountId: ACCOUNT },
  );
  expect(accepted).toMatchObject({ ok: true });
});
afterAll(async () => {
  await service.close();
  hook.close();
});

const tell = () =>
  service.publishUnread(ACCOUNT, 'message.status', { messageId: 'msg_1', conversationId: newId('cnv') });
const attempts = (outcome: string) => metric('wbiz_webhook_attempt_duration_seconds_count', { outcome });
const of = (name: string) => metric(name, { webhook_id: webhookId });

it('webhook gauges count attempts by outcome, and say how far a webhook is behind', async () => {
  await tell();
  await until(async () => (await attempts('delivered')) === 1, { timeoutMs: 20_000 });
  await until(async () => (await of('wbiz_webhook_lag_events')) === 0);
  expect(await of('wbiz_webhook_lag_seconds')).toBe(0);

  hook.status(500);
  for (let count = 0; count < 30; count += 1) await tell();
  await until(async () => (await attempts('refused'))! > 0, { timeoutMs: 20_000 });
  await until(async () => (await metric('wbiz_webhook_paused_subscriptions')) === 1, { timeoutMs: 20_000 });
  await until(async () => (await of('wbiz_webhook_lag_events'))! >= 30, { timeoutMs: 20_000 });
  expect(await of('wbiz_webhook_lag_seconds')).toBeGreaterThan(0);
});

it('webhook gauges tell an unreachable endpoint from one that refuses', async () => {
  hook.close();
  await until(async () => (await attempts('unreachable'))! > 0, { timeoutMs: 30_000 });
});
