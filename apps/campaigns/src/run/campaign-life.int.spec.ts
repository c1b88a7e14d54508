import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { CampaignView } from '@wbiz/contracts/campaign';
import { campaignsSystem, type CampaignsSystem } from '../campaigns.harness.js';

let system: CampaignsSystem;
let shop: ReturnType<CampaignsSystem['account']>;

beforeAll(async () => {
  system = await campaignsSystem();
  await system.start();
});
afterAll(() => system.close());
beforeEach(async () => {
  system.fate(() => 'sent');
  system.reach(0);
  shop = system.account();
  await shop.change();
  await shop.template();
});

const isThrough = ({ status }: CampaignView) => status === 'completed';
const people = () => shop.sends().map(({ request }) => request.to);

it('reaches everyone who agreed, once, each with its own values', async () => {
  await shop.contact(1000, { optedIn: false });
  await shop.contacts(30);
  const { id, status } = await shop.create();
  expect(status).toBe('running');
  const { counts } = await shop.once(id, isThrough);
  expect(counts).toEqual({
    total: 31,
    queued: 0,
    sent: 30,
    delivered: 0,
    read: 0,
    failed: 0,
    skipped: 1,
    held: 0,
  });
  expect(new Set(people()).size).toBe(30);
  expect(people()).toHaveLength(30);
  for (const { request, contactId } of shop.sends()) {
    const index = Number(request.to.slice(-4));
    expect({ contactId, request }).toMatchObject({
      contactId: shop.viewOf(index).id,
      request: { template: 'diwali_offer', language: 'en_US', variables: [`Person ${index}`] },
    });
  }
});
