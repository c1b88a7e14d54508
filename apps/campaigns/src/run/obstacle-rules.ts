import type { AccountData } from '@wbiz/contracts/account';
import type { CampaignCounts, CampaignReason, CampaignTemplate } from '@wbiz/contracts/campaign';
import type { TemplateView } from '@wbiz/contracts/template';

/** Why a campaign cannot continue. `held` true: the campaign pauses, until `resumesAt` if given; false: it fails. */
export type Obstacle = {
  readonly held: boolean;
  readonly reason: CampaignReason;
  readonly detail: string;
  readonly resumesAt?: string | null;
};

type Sender = { readonly account: AccountData | null; readonly phoneNumberId: string };
type Content = { readonly template: TemplateView | null; readonly wanted: CampaignTemplate };

/** The reasons of {@link senderObstacle}. A campaign paused for one resumes once that function returns undefined. */
export const OF_SENDER: readonly CampaignReason[] = [
  'not_entitled',
  'account_suspended',
  'phone_number_not_found',
];

/** Undefined if the account and its phone number may send. */
export function senderObstacle({ account, phoneNumberId }: Sender): Obstacle | undefined {
  if (!account?.entitled)
    return { held: true, reason: 'not_entitled', detail: 'The account is not entitled to send messages.' };
  if (account.status !== 'active')
    return { held: true, reason: 'account_suspended', detail: `The account is ${account.status}.` };
  if (!account.phoneNumbers.some(({ id }) => id === phoneNumberId))
    return {
      held: true,
      reason: 'phone_number_not_found',
      detail: `The account has no phone number ${phoneNumberId}.`,
    };
  return undefined;
}

/** Undefined if the template is approved. Any other status, paused included, fails the campaign. */
export function templateObstacle({ template, wanted }: Content): Obstacle | undefined {
  if (!template)
    return {
      held: false,
      reason: 'template_not_found',
      detail: `There is no template ${wanted.name} in ${wanted.language}.`,
    };
  if (template.status !== 'approved')
    return {
      held: false,
      reason: 'template_not_approved',
      detail: `The template ${template.name} is ${template.status}.`,
    };
  return undefined;
}

/** After this many consecutive expired sends the campaign pauses for REST_MS. */
const EXPIRED = 5;
const REST_MS = 60_000;

export const throttled = (expiredInARow: number, now: number): Obstacle | undefined =>
  expiredInARow < EXPIRED
    ? undefined
    : {
        held: true,
        reason: 'throttled_by_meta',
        detail:
          'For 10 s Meta took no message of the phone number, or single sends used it up; it rests for a minute.',
        resumesAt: new Date(now + REST_MS).toISOString(),
      };

/** This many failed sends, all with the same error, pause a campaign (see sendsFail). */
const MANY = 20;

/** Whether MANY or more sends failed since `before`, none was delivered, and no more were accepted than failed. */
export function sendsFail(counts: CampaignCounts, before: CampaignCounts | null): boolean {
  const since = (of: 'failed' | 'sent' | 'delivered') => counts[of] - (before?.[of] ?? 0);
  return since('failed') >= MANY && since('delivered') <= 0 && since('failed') >= since('sent');
}
