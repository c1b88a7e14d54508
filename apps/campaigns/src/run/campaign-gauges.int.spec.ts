import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { until } from '@wbiz/testing/stack';
import { campaignsSystem, type CampaignsSystem } from '../campaigns.harness.js';

let system: CampaignsSystem;
let metric: Awaited<ReturnType<CampaignsSystem['start']>>['metric'];
beforeAll(async () => {
  system = await campaignsSystem();
  ({ metric } = await system.start());
});
afterAll(() => system.close());

it('counts running and paused campaigns, and the recipients that wait in them', async () => {
  const shop = await system.shop();
  await shop.contacts(40); // so that some still wait when the gauge is next asked for
  system.fate(() => 'kept');
  const shown = (name: string, state: string, value: number) =>
    until(async () => (await metric(name, { state })) === value, {
      timeoutMs: 20_000,
      describe: `${name} of ${state} to be ${value}`,
    });
  expect(await metric('wbiz_live_campaigns', { state: 'running' })).toBe(0);
  const { id } = await shop.create({ ratePerSecond: 1 });
  await shown('wbiz_live_campaigns', 'running', 1);
  await until(async () => (await metric('wbiz_campaign_waiting_recipients', { state: 'running' }))! > 0, {
    timeoutMs: 20_000,
  });
  await shop.act('pause', id);
  await shown('wbiz_live_campaigns', 'paused', 1);
  await shown('wbiz_live_campaigns', 'running', 0);
  await shop.act('cancel', id);
  await shown('wbiz_live_campaigns', 'paused', 0);
});
