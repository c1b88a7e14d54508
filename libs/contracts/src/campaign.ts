import { Audience, CUSTOMERS } from './audience.js';
import { LIMITS } from './limits.js';
import { MessageError } from './message.js';
import { Page } from './page.js';
import { fieldFault, type FieldFault } from './problem.js';
import { Schedule } from './schedule.js';
import { both, changesOf } from './schema/derived-classes.js';
import { Rule } from './schema/field-registry.js';
import { Nested, NestedList, Whole } from './schema/fields.js';
import { NOT_BLANK, OneOf, Text, TextList, Time } from './schema/text-fields.js';
import { SentTemplateName, TemplateParts } from './template/values.js';
import { personalValuesIn } from './text/personal-values.js';

/**
 * `paused`: by a client or by WBIZ, see `reason`. `completed`, `cancelled` and `failed` are final, but failed sends of
 * a completed campaign can be retried.
 */
const CAMPAIGN_STATUSES = ['scheduled', 'running', 'paused', 'completed', 'cancelled', 'failed'] as const;
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

/**
 * Why a campaign is paused or failed. `missed_start`: the service was down at the start time. `messaging_limit`: Meta's
 * limit of people per 24 hours is reached. `first_sends_failed`, `sends_failed`: all of the first, or of the latest,
 * sends failed in the same way. `template_*`: the template can no longer be sent.
 */
const CAMPAIGN_REASONS = [
  'requested',
  'missed_start',
  'not_entitled',
  'account_suspended',
  'phone_number_not_found',
  'messaging_limit',
  'throttled_by_meta',
  'first_sends_failed',
  'sends_failed',
  'template_not_found',
  'template_not_approved',
] as const;
export type CampaignReason = (typeof CAMPAIGN_REASONS)[number];

class TemplateName {
  @SentTemplateName('diwali_offer') name!: string;
}

/**
 * A campaign's template and its values. Any text may hold placeholders such as `{{contact.name}}`, filled in per
 * contact.
 */
@Rule<CampaignTemplate>(function* (template) {
  yield* personalFaults(template);
})
export class CampaignTemplate extends both(TemplateName, TemplateParts) {}

function* personalFaults(value: unknown, at = ''): Iterable<FieldFault> {
  if (typeof value === 'string') {
    for (const { field, source } of personalValuesIn(value))
      if (field === undefined)
        yield fieldFault(
          at,
          'placeholder',
          `holds ${source.slice(0, 80)}, which is none of {{contact.name}}, {{contact.phone}}, {{contact.email}} and {{contact.customFields.<key>}}, each with a fallback if wanted: {{contact.name|friend}}`,
        );
  } else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) yield* personalFaults(inner, `${at}/${key}`);
}

const Name = (base: { optional?: boolean } = {}) =>
  Text({
    ...LIMITS.campaignName,
    ...NOT_BLANK,
    example: 'Diwali offer',
    ...base,
  });
export const Rate = (base: { optional?: boolean; nullable?: boolean } = {}) =>
  Whole({
    min: 1,
    max: 100_000,
    description: 'Maximum messages per second; default: as fast as Meta allows the phone number.',
    ...base,
  });

/** `POST /v1/campaigns`. */
export class CreateCampaign {
  @Name() name!: string;
  @Nested(() => CampaignTemplate, { example: { name: 'diwali_offer', language: 'en_US' } })
  template!: CampaignTemplate;
  @Nested(() => Audience, { example: CUSTOMERS }) audience!: Audience;
  @Nested(() => Schedule, { optional: true, description: 'Default: now.', example: { mode: 'now' } })
  schedule?: Schedule;
  @Rate({ optional: true }) ratePerSecond?: number;
  @Text({
    max: 40,
    optional: true,
    description: "Phone number id to send from; default the account's default.",
  })
  from?: string;
}

/** `PATCH /v1/campaigns/:id`, for a scheduled campaign. Omitted fields stay. */
export class UpdateCampaign extends changesOf(CreateCampaign) {}

/** `POST /v1/campaigns/:id/retry-failed`. */
export class RetryFailed {
  @TextList({
    max: 50,
    min: 1,
    each: 60,
    optional: true,
    description:
      "Only sends that failed with these codes, Meta's or ours. Default: all that may succeed now. `outcome_unknown` is retried only if it is named, since the message may have arrived.",
  })
  codes?: string[];
}

/**
 * The counts of a campaign's sends. Cumulative: a read message also counts as delivered and sent. Always `total =
 * queued + sent + failed + skipped`; `held` counts those of `queued` that Meta accepted and holds for its quality
 * assessment.
 */
export class CampaignCounts {
  @Count() total!: number;
  @Count() queued!: number;
  @Count() sent!: number;
  @Count() delivered!: number;
  @Count() read!: number;
  @Count() failed!: number;
  @Count() skipped!: number;
  @Count() held!: number;
}
export function Count(): PropertyDecorator {
  return Whole({ min: 0, max: Number.MAX_SAFE_INTEGER });
}
export const NO_COUNTS: CampaignCounts = {
  total: 0,
  queued: 0,
  sent: 0,
  delivered: 0,
  read: 0,
  failed: 0,
  skipped: 0,
  held: 0,
};

export class CampaignView {
  @Text({ max: 40 }) id!: string;
  @Name() name!: string;
  @OneOf(CAMPAIGN_STATUSES) status!: CampaignStatus;
  @OneOf(CAMPAIGN_REASONS, { nullable: true, description: 'Why it is paused or failed.' })
  reason!: CampaignReason | null;
  @Text({ max: 1000, nullable: true, description: 'The reason in words.' }) detail!: string | null;
  @Time({
    nullable: true,
    description: 'When it resumes by itself; null: when the reason is gone, or somebody resumes it.',
  })
  resumesAt!: string | null;
  @Nested(() => CampaignTemplate) template!: CampaignTemplate;
  @Nested(() => Audience) audience!: Audience;
  @Nested(() => Schedule) schedule!: Schedule;
  @Text({ max: 40 }) phoneNumberId!: string;
  @Rate({ nullable: true }) ratePerSecond!: number | null;
  @Nested(() => CampaignCounts) counts!: CampaignCounts;
  @Time({ nullable: true, description: 'While it runs: when it is expected to end at its current pace.' })
  expectedEndAt!: string | null;
  @Time({ nullable: true, description: 'The instant at which it starts or was to start.' }) startsAt!:
    string | null;
  @Time() createdAt!: string;
  @Time({ nullable: true }) startedAt!: string | null;
  @Time({ nullable: true }) finishedAt!: string | null;
}

/** A campaign's status and counts at one time. */
export class CampaignPoint {
  @Time() at!: string;
  @OneOf(CAMPAIGN_STATUSES) status!: CampaignStatus;
  @Nested(() => CampaignCounts) counts!: CampaignCounts;
}
export const MOST_CAMPAIGN_POINTS = 300;

/** `GET /v1/campaigns/:id/progress`. */
export class CampaignProgress {
  @NestedList(() => CampaignPoint, { max: MOST_CAMPAIGN_POINTS }) data!: CampaignPoint[];
}

/** `GET /v1/campaigns`. */
export class ListCampaigns extends Page {
  @OneOf(CAMPAIGN_STATUSES, { optional: true }) status?: CampaignStatus;
}

/**
 * `queued`: waiting, or being sent to Meta. `held`: Meta accepted the message and holds it for its quality assessment.
 * `skipped`: not sent, see `reason`.
 */
const RECIPIENT_STATUSES = ['queued', 'held', 'sent', 'delivered', 'read', 'failed', 'skipped'] as const;
export type RecipientStatus = (typeof RECIPIENT_STATUSES)[number];
/** Why a recipient is skipped. */
const SKIP_REASONS = [
  'opted_out',
  'no_number',
  'variable_missing',
  'merged',
  'cancelled',
  'campaign_failed',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** A recipient of a campaign. The audience is read once, when the campaign starts. */
export class RecipientView {
  @Text({ max: 40 }) contactId!: string;
  @Text({ max: 140, nullable: true, description: 'The phone number, or the WhatsApp user id.' }) to!:
    string | null;
  @OneOf(RECIPIENT_STATUSES) status!: RecipientStatus;
  @OneOf(SKIP_REASONS, { nullable: true, description: 'Why it was skipped; null if it was not.' })
  reason!: SkipReason | null;
  @Nested(() => MessageError, { nullable: true, description: 'Why it failed; null if it did not.' })
  error!: MessageError | null;
  @Text({ max: 40, nullable: true, description: 'The message; null while there is none.' }) messageId!:
    string | null;
  @Whole({ min: 0, max: 32_767, description: 'How many messages were made for it.' }) attempt!: number;
  @Time({ nullable: true }) statusAt!: string | null;
}

/** `GET /v1/campaigns/:id/recipients`. */
export class ListRecipients extends Page {
  @OneOf(RECIPIENT_STATUSES, { optional: true }) status?: RecipientStatus;
}

type Known = { readonly campaignId: string; readonly at: string };
/** A campaign as defined before it starts. `startsAt`: null to start at once. */
export type CampaignDefinition = {
  readonly name: string;
  readonly template: CampaignTemplate;
  readonly audience: Audience;
  readonly schedule: Schedule;
  readonly startsAt: string | null;
  readonly ratePerSecond: number | null;
  readonly phoneNumberId: string;
};
/** Payload of the command `campaign.create`. */
export type CreateCampaignData = Known & CampaignDefinition;
/** Payload of the command `campaign.update`. */
export type UpdateCampaignData = Known & Partial<CampaignDefinition>;
/** Payload of the commands `campaign.pause`, `campaign.resume` and `campaign.cancel`. */
export type CampaignData = Known;
/** Payload of the command `campaign.retry-failed`. */
export type RetryFailedData = Known & RetryFailed;

/**
 * The data of the event `campaign.status`: published at each change of status and, while it runs, at most once a
 * second.
 */
export class CampaignStatusData {
  @Text({ max: 40 }) campaignId!: string;
  @Text({ ...LIMITS.campaignName, example: 'Diwali offer' }) name!: string;
  @OneOf(CAMPAIGN_STATUSES) status!: CampaignStatus;
  @OneOf(CAMPAIGN_REASONS, { nullable: true }) reason!: CampaignReason | null;
  @Text({ max: 1000, nullable: true }) detail!: string | null;
  @Time({ nullable: true }) resumesAt!: string | null;
  @Nested(() => CampaignCounts) counts!: CampaignCounts;
  @Time({ nullable: true }) expectedEndAt!: string | null;
  @Time() at!: string;
}
