import { expect, it } from '@jest/globals';
import { noteOf } from './meta-change.js';

const change = (field: string, value: Record<string, unknown>) =>
  noteOf({
    wabaId: '1',
    receivedAt: '2026-11-22T10:00:00.000Z',
    at: '2026-11-22T10:00:00.000Z',
    field,
    value,
  });

it.each([
  [{ event: 'ACCOUNT_DELETED' }, { hold: 'gone' }],
  [{ event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'DISABLE' } }, { hold: 'ban' }],
  [{ event: 'DISABLED_UPDATE', ban_info: { waba_ban_state: 'REINSTATE' } }, { lift: 'ban' }],
  [
    {
      event: 'DISABLED_UPDATE',
      ban_info: { waba_ban_state: 'SCHEDULE_FOR_DISABLE', waba_ban_date: 'May 1, 2027' },
    },
    { reason: 'Meta is going to disable the WhatsApp Business Account: May 1, 2027.' },
  ],
  [
    { event: 'ACCOUNT_VIOLATION', violation_info: { violation_type: 'SCAM' } },
    { reason: 'Meta reports a violation of its policies: SCAM.' },
  ],
  [
    {
      event: 'ACCOUNT_RESTRICTION',
      restriction_info: [{ restriction_type: 'A' }, { restriction_type: 'B' }],
    },
    { reason: 'Meta restricts what the account may do: A, B.' },
  ],
  [{ event: 'ACCOUNT_RESTRICTION' }, { reason: 'Meta restricts what the account may do.' }],
  [{ event: 'ACCOUNT_OFFBOARDED' }, { hold: 'offboarded' }],
  [{ event: 'ACCOUNT_RECONNECTED' }, { lift: 'offboarded' }],
])('reads the account update %j', (value, note) => {
  expect(change('account_update', value)).toMatchObject({ type: 'account.note-status', wabaId: '1', note });
});

it('finds the account of an event that comes under a partner', () => {
  const value = { event: 'PARTNER_APP_UNINSTALLED', waba_info: { waba_id: '2', partner_app_id: '670' } };
  expect(change('account_update', value)).toMatchObject({
    wabaId: '2',
    note: { hold: 'gone', appId: '670' },
  });
});

it('reads the outcome of a review', () => {
  expect(change('account_review_update', { decision: 'REJECTED' })).toMatchObject({
    note: { hold: 'review' },
  });
  expect(change('account_review_update', { decision: 'APPROVED' })).toMatchObject({
    note: { lift: 'review' },
  });
});

it('reads what is said of a number', () => {
  const value = {
    display_phone_number: '918000000001',
    event: 'THROUGHPUT_UPGRADE',
    max_daily_conversations_per_business: 'TIER_10K',
  };
  expect(change('phone_number_quality_update', value)).toEqual({
    type: 'account.note-number',
    wabaId: '1',
    note: {
      digits: '918000000001',
      event: 'THROUGHPUT_UPGRADE',
      messagingLimit: 'TIER_10K',
      throughput: 1000,
    },
  });
});

it.each([
  ['account_update', { event: 'MM_LITE_TERMS_SIGNED' }],
  ['account_update', { event: 'toString' }],
  ['account_update', { event: 'DISABLED_UPDATE', ban_info: 'soon' }],
  ['account_update', {}],
  ['account_review_update', { decision: 'PENDING' }],
  ['phone_number_quality_update', { event: 'ONBOARDING' }],
  ['message_template_status_update', { event: 'APPROVED' }],
  ['constructor', {}],
])('makes nothing of %s %j', (field, value) => {
  expect(change(field, value)).toBeUndefined();
});
