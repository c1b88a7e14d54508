import { expect, it } from '@jest/globals';
import type { AccountAtMeta, AdminAccountView } from '@wbiz/contracts/account';
import { lookOf, sinceKept, tierWords, wordsOf } from './meta-words.js';

it.each([
  ['TIER_250', '250'],
  ['TIER_2K', '2,000'],
  ['TIER_100K', '100,000'],
  ['TIER_UNLIMITED', 'Unlimited'],
  ['TIER_OF_TOMORROW', 'TIER_OF_TOMORROW'],
  [null, '–'],
])('writes the limit %s as %s', (tier, words) => expect(tierWords(tier)).toBe(words));

it.each([
  ['GREEN', 'good', 'High'],
  ['verified', 'good', 'Verified'],
  ['PENDING_REVIEW', 'warn', 'Pending review'],
  ['BANNED', 'bad', 'Banned'],
  ['SOMETHING_NEW', '', 'Something new'],
])('shows %s as %s: %s', (word, look, words) => expect([lookOf(word), wordsOf(word)]).toEqual([look, words]));

const number = {
  id: '1',
  displayPhoneNumber: '+91 1',
  verifiedName: 'Shop',
  qualityRating: 'GREEN',
  messagingLimit: 'TIER_2K',
  throughput: 80,
};
const account = { phoneNumbers: [{ ...number, isDefault: true }] } as AdminAccountView;
const told = (more: Partial<AccountAtMeta> = {}): AccountAtMeta =>
  ({
    subscribed: true,
    phoneNumbers: [{ ...number, nameStatus: null, status: null }],
    ...more,
  }) as AccountAtMeta;
const now = (change: object) => told({ phoneNumbers: [{ ...told().phoneNumbers[0]!, ...change }] });

it('has nothing to say while Meta says what is kept', () => expect(sinceKept(account, told())).toEqual([]));

it.each([
  ['a subscription that is gone', told({ subscribed: false }), /not subscribed/],
  ['a number that is gone', told({ phoneNumbers: [] }), /\+91 1 is gone/],
  ['a quality', now({ qualityRating: 'RED' }), /is low now; it was high/],
  ['a limit', now({ messagingLimit: 'TIER_UNLIMITED' }), /unlimited people in 24 hours now; it was 2,000/],
  ['a name', now({ verifiedName: 'Bazaar' }), /called Bazaar/],
])('names %s', (_, meta, words) => {
  expect(sinceKept(account, meta)).toEqual([expect.stringMatching(words)]);
});

it('names a new number', () => {
  const meta = told({
    phoneNumbers: [
      ...told().phoneNumbers,
      { ...told().phoneNumbers[0]!, id: '2', displayPhoneNumber: '+91 2' },
    ],
  });
  expect(sinceKept(account, meta)).toEqual(['The number +91 2 is new.']);
});
