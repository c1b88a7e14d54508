import type { AccountAtMeta, AdminAccountView } from '@wbiz/contracts/account';

const GOOD = new Set(['GREEN', 'APPROVED', 'AVAILABLE_WITHOUT_REVIEW', 'CONNECTED', 'VERIFIED']);
const BAD = new Set([
  'RED',
  'REJECTED',
  'DECLINED',
  'BANNED',
  'DISCONNECTED',
  'FAILED',
  'EXPIRED',
  'RESTRICTED',
]);
const OPEN = new Set([
  'YELLOW',
  'FLAGGED',
  'RATE_LIMITED',
  'PENDING',
  'PENDING_REVIEW',
  'PENDING_SUBMISSION',
  'UNVERIFIED',
]);
const QUALITY: Readonly<Record<string, string>> = {
  GREEN: 'High',
  YELLOW: 'Medium',
  RED: 'Low',
  NA: 'Not rated',
};

/** The CSS class of the badge for one of Meta's enum values. */
export function lookOf(word: string): string {
  const upper = word.toUpperCase();
  if (GOOD.has(upper)) return 'good';
  if (BAD.has(upper)) return 'bad';
  return OPEN.has(upper) ? 'warn' : '';
}

/** `PENDING_REVIEW` in plain words. */
export function wordsOf(word: string): string {
  const known = QUALITY[word];
  if (known !== undefined) return known;
  const words = word.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const THOUSANDS: Readonly<Record<string, number>> = { '': 1, K: 1_000, M: 1_000_000 };

/** How many people an account may write to first within 24 hours; an unknown tier is shown as Meta spells it. */
export function tierWords(tier: string | null): string {
  if (tier === null) return '–';
  if (tier === 'TIER_UNLIMITED') return 'Unlimited';
  const [, count, unit] = /^TIER_(\d+)([KM]?)$/.exec(tier) ?? [];
  return count === undefined ? tier : (Number(count) * THOUSANDS[unit!]!).toLocaleString('en');
}

/**
 * Sentences on how the account at Meta differs from the stored one. Leaves out throughput, which an operator may have
 * set.
 */
export function sinceKept(account: AdminAccountView, told: AccountAtMeta): string[] {
  const kept = new Map(account.phoneNumbers.map((number) => [number.id, number]));
  const gone = account.phoneNumbers.filter(({ id }) => !told.phoneNumbers.some((one) => one.id === id));
  return [
    ...(told.subscribed
      ? []
      : [
          'This app is not subscribed to the webhooks of the account: nothing that people write comes in, and no status.',
        ]),
    ...told.phoneNumbers.flatMap(
      ({ id, displayPhoneNumber, qualityRating, messagingLimit, verifiedName }) => {
        const before = kept.get(id);
        if (!before) return [`The number ${displayPhoneNumber} is new.`];
        return [
          ...(before.qualityRating === qualityRating
            ? []
            : [
                `The quality of ${displayPhoneNumber} is ${wordsOf(qualityRating).toLowerCase()} now; it was ${wordsOf(before.qualityRating).toLowerCase()}.`,
              ]),
          ...(before.messagingLimit === messagingLimit
            ? []
            : [
                `The limit of ${displayPhoneNumber} is ${tierWords(messagingLimit).toLowerCase()} people in 24 hours now; it was ${tierWords(before.messagingLimit).toLowerCase()}.`,
              ]),
          ...(before.verifiedName === verifiedName
            ? []
            : [`${displayPhoneNumber} is called ${verifiedName} now.`]),
        ];
      },
    ),
    ...gone.map(({ displayPhoneNumber }) => `The number ${displayPhoneNumber} is gone.`),
  ];
}
