import { Audience, CUSTOMERS } from './audience.js';
import { CampaignTemplate, Count, Rate } from './campaign.js';
import { ContactView } from './contact.js';
import { Nested, NestedList, Whole } from './schema/fields.js';
import { Text, Time } from './schema/text-fields.js';

/** `POST /v1/campaigns/audience-preview`. */
export class PreviewAudience {
  @Nested(() => Audience, { example: CUSTOMERS }) audience!: Audience;
  @Nested(() => CampaignTemplate, {
    optional: true,
    description: 'If given, the answer includes the plan.',
    example: undefined,
  })
  template?: CampaignTemplate;
  @Text({
    max: 40,
    optional: true,
    description: 'The phone number id to send from; if given, the answer includes the plan.',
  })
  from?: string;
  @Rate({ optional: true }) ratePerSecond?: number;
}

/** Why a campaign that started now would leave out a contact of its audience. */
export type LeftOutReason =
  'opted_out' | 'no_number' | 'variable_missing' | 'template_not_approved' | 'over_limit';
class LeftOut {
  @Count() opted_out!: number;
  @Count() no_number!: number;
  @Count() variable_missing!: number;
  @Count() template_not_approved!: number;
  @Count() over_limit!: number;
}

/** The expected size and duration of a campaign that starts now. */
export class CampaignPlan {
  @Whole({ min: 0, max: Number.MAX_SAFE_INTEGER, description: 'Contacts that would get it.' })
  eligible!: number;
  @Nested(() => LeftOut, {
    description:
      "Contacts that would not get it, by the first reason that applies. over_limit: beyond Meta's limit of people in 24 hours.",
  })
  leftOut!: Record<LeftOutReason, number>;
  @Time({
    nullable: true,
    description: "When it would end at the phone number's pace; null: nobody is eligible.",
  })
  expectedEndAt!: string | null;
}

/** The answer to `POST /v1/campaigns/audience-preview`. */
export class AudiencePreview {
  @Count() total!: number;
  @Count() optedIn!: number;
  @NestedList(() => ContactView, { max: 10 }) sample!: ContactView[];
  @Nested(() => CampaignPlan, { optional: true }) plan?: CampaignPlan;
}
