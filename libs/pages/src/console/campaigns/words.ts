import type { CampaignReason, RecipientStatus, SkipReason } from '@wbiz/contracts/campaign';
import type { LeftOutReason } from '@wbiz/contracts/campaign-plan';
import type { Schedule } from '@wbiz/contracts/schedule';
import type { Schemas } from '@wbiz/sdk/operations';
import { dateTime } from '../../parts/clock.js';

/** Why a campaign is paused or failed, and how it can continue. */
export const REASONS: Readonly<Record<CampaignReason, string>> = {
  requested: 'Somebody paused it. Resume it to go on.',
  missed_start: 'The service was down at its time for too long. Resume it to start now.',
  not_entitled: 'The account may not send messages. It goes on by itself once it may.',
  account_suspended: 'The account is not active. It goes on by itself once it is.',
  phone_number_not_found: 'Its phone number is gone. It goes on by itself once the number is back.',
  messaging_limit: 'Meta’s limit of people in 24 hours is reached. It goes on by itself.',
  throttled_by_meta: 'Meta takes no more for now. It goes on by itself.',
  first_sends_failed: 'The first sends all failed in the same way. Mend what is wrong, then resume it.',
  sends_failed: 'The latest sends all failed in the same way. Mend what is wrong, then resume it.',
  template_not_found: 'The template is gone.',
  template_not_approved: 'The template cannot be sent any more.',
};

export const RECIPIENT_NAMES: Readonly<Record<RecipientStatus, string>> = {
  queued: 'Queued',
  held: 'Held by Meta',
  sent: 'Sent',
  delivered: 'Delivered',
  read: 'Read',
  failed: 'Failed',
  skipped: 'Skipped',
};

export const SKIP_NAMES: Readonly<Record<SkipReason, string>> = {
  opted_out: 'Has not opted in',
  no_number: 'Has no phone number',
  variable_missing: 'Lacks a value of the template',
  merged: 'Was merged into another contact',
  cancelled: 'The campaign was cancelled',
  campaign_failed: 'The campaign failed',
};

export const LEFT_OUT_NAMES: Readonly<Record<LeftOutReason, string>> = {
  opted_out: 'Have not opted in',
  no_number: 'Have no phone number',
  variable_missing: 'Lack a value of the template',
  template_not_approved: 'The template is not approved',
  over_limit: 'Beyond Meta’s limit of people in 24 hours',
};

export const number = new Intl.NumberFormat('en');

export const people = (count: number) => `${number.format(count)} ${count === 1 ? 'person' : 'people'}`;

/** An audience as a sentence. */
export function audienceWords({
  kind,
  tags,
  match,
  contacts,
  filters,
  exclude,
}: Schemas['Audience']): string {
  const whom = {
    all: () => 'All contacts',
    contacts: () => `${people(contacts?.length ?? 0)}, named one by one`,
    tags: () => `Contacts with ${listed(tags ?? [], match === 'all' ? 'and' : 'or')}`,
    segment: () =>
      `Contacts where ${(filters ?? []).map(filterWords).join(match === 'any' ? ' or ' : ' and ')}`,
  }[kind]();
  return exclude && exclude.length > 0 ? `${whom}, without ${listed(exclude, 'or')}` : whom;
}

const listed = (names: readonly string[], word: string) => names.map((name) => `“${name}”`).join(` ${word} `);

export const OPERATOR_WORDS: Readonly<Record<Schemas['SegmentFilter']['operator'], string>> = {
  eq: 'is',
  ne: 'is not',
  in: 'is one of',
  contains: 'contains',
  starts_with: 'starts with',
  gt: 'is more than',
  gte: 'is at least',
  lt: 'is less than',
  lte: 'is at most',
  is_set: 'is set',
  is_not_set: 'is not set',
};

const filterWords = ({ field, operator, value }: Schemas['SegmentFilter']) =>
  [fieldWords(field), OPERATOR_WORDS[operator], Array.isArray(value) ? value.join(', ') : String(value ?? '')]
    .join(' ')
    .trim();

const FIELD_WORDS: Readonly<Record<string, string>> = {
  name: 'name',
  phone: 'phone number',
  email: 'e-mail address',
  source: 'source',
  createdAt: 'created',
  updatedAt: 'changed',
};
export const fieldWords = (field: string) => FIELD_WORDS[field] ?? field.replace('customFields.', '');

/** The requested start. */
export function scheduleWords({ mode, sendAt, timeZone }: Schedule): string {
  if (mode === 'now') return 'At once';
  const at = dateTime(sendAt!);
  return timeZone ? `${at} in ${timeZone.replaceAll('_', ' ')}` : at;
}
