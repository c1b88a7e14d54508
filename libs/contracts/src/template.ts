import { Json, Whole } from './schema/fields.js';
import { OneOf, Text, Time } from './schema/text-fields.js';
import { LIMITS } from './limits.js';
import { Page } from './page.js';

export const TEMPLATE_STATUSES = ['draft', 'pending', 'approved', 'rejected', 'paused', 'disabled'] as const;
export type TemplateStatus = (typeof TEMPLATE_STATUSES)[number];

/** A message template; also the data of the event `template.changed`, from which other services keep copies. */
export class TemplateView {
  @Text({ max: 40 }) id!: string;
  @Text({ ...LIMITS.metaId, nullable: true, description: "Meta's id." }) metaId!: string | null;
  @Text({ ...LIMITS.templateName, example: 'order_confirmation' }) name!: string;
  @Text({ ...LIMITS.templateLanguage, example: 'en_US' }) language!: string;
  @Text({ max: 30, example: 'UTILITY' }) category!: string;
  @OneOf(TEMPLATE_STATUSES) status!: TemplateStatus;
  @Text({ max: 1000, nullable: true }) rejectionReason!: string | null;
  @Text({ max: 20, nullable: true, example: 'GREEN' }) qualityScore!: string | null;
  @Json({ list: true, description: "Meta's components: HEADER, BODY, FOOTER, BUTTONS …" })
  components!: TemplateComponent[];
  @OneOf(['POSITIONAL', 'NAMED'] as const) parameterFormat!: 'POSITIONAL' | 'NAMED';
  @Time() createdAt!: string;
  @Time() updatedAt!: string;
}

/** A component in Meta's form; only the fields read here are named. */
export type TemplateComponent = {
  readonly type: string;
  readonly format?: string;
  readonly text?: string;
  readonly buttons?: readonly { readonly type: string; readonly text?: string; readonly url?: string }[];
} & Record<string, unknown>;

/** `GET /v1/templates`. */
export class ListTemplates extends Page {
  @OneOf(TEMPLATE_STATUSES, { optional: true }) status?: TemplateStatus;
  @Text({ max: 30, optional: true }) category?: string;
  @Text({ max: 15, optional: true }) language?: string;
  @Text({ max: 512, optional: true, description: 'A part of the name.' }) search?: string;
}

/** The data of the event `template.status`. */
export class TemplateStatusData {
  @Text({ max: 40 }) templateId!: string;
  @Text({ ...LIMITS.metaId, nullable: true }) metaId!: string | null;
  @Text({ ...LIMITS.templateName, example: 'order_confirmation' }) name!: string;
  @Text({ ...LIMITS.templateLanguage, example: 'en_US' }) language!: string;
  @OneOf(TEMPLATE_STATUSES) status!: TemplateStatus;
  @Text({ max: 1000, nullable: true }) reason!: string | null;
  @Time() at!: string;
}

/** The data of the event `template.removed`: Meta no longer has the template, so it cannot be sent. */
export class TemplateRemovedData {
  @Text({ max: 40 }) templateId!: string;
  @Text({ ...LIMITS.metaId, nullable: true }) metaId!: string | null;
  @Text({ ...LIMITS.templateName, example: 'order_confirmation' }) name!: string;
  @Text({ ...LIMITS.templateLanguage, example: 'en_US' }) language!: string;
  @Time() at!: string;
}

/** The answer to `POST /v1/templates/sync`. */
export class TemplateSyncResult {
  @Whole({ min: 0, max: 100_000 }) total!: number;
  @Whole({ min: 0, max: 100_000 }) created!: number;
  @Whole({ min: 0, max: 100_000 }) updated!: number;
  @Whole({ min: 0, max: 100_000 }) removed!: number;
}
