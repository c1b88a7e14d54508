import { NO_COUNTS, type CampaignCounts, type CreateCampaignData } from '@wbiz/contracts/campaign';
import type { CampaignFacts } from './campaign.decider.js';

export const AT = '2026-11-28T10:00:00.000Z';
export const ID = 'cmp_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E';
export const known = { campaignId: ID, at: AT };

/** A campaign that starts at once. */
export const aCampaign = (changes: Partial<CreateCampaignData> = {}): CreateCampaignData => ({
  ...known,
  name: 'Diwali offer',
  template: { name: 'diwali_offer', language: 'en_US' },
  audience: { kind: 'tags', tags: ['customer'] },
  schedule: { mode: 'now' },
  startsAt: null,
  ratePerSecond: null,
  phoneNumberId: '1000000000000011',
  ...changes,
});

export const counts = (changes: Partial<CampaignCounts> = {}): CampaignCounts => ({
  ...NO_COUNTS,
  ...changes,
});
export const facts = (changes: Partial<CampaignFacts> = {}): CampaignFacts => ({
  counts: NO_COUNTS,
  waiting: 0,
  expectedEndAt: null,
  retryable: 0,
  retrying: false,
  ...changes,
});
