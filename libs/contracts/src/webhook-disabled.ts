import { OneOf, Text, Time } from './schema/text-fields.js';

/** `gone`: the endpoint answered 410. `failing`: every delivery failed for five days. */
const DISABLED_REASONS = ['gone', 'failing'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** The data of the event `webhook.disabled`. */
export class WebhookDisabledData {
  @Text({ max: 40 }) webhookId!: string;
  @OneOf(DISABLED_REASONS) reason!: DisabledReason;
  @Text({ max: 500 }) detail!: string;
  @Time() at!: string;
}
