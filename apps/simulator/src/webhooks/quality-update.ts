import type { PhoneNumber } from '../graph/nodes.js';
import type { Tier } from '../messages/messaging-limit.js';
import type { WebhookItem } from './webhook.envelope.js';

/** The webhook that tells of a phone number's new throughput or messaging limit. */
export const qualityUpdate = (phone: PhoneNumber, event: string, tier: Tier): WebhookItem => ({
  part: 'field',
  wabaId: phone.wabaId,
  field: 'phone_number_quality_update',
  value: {
    display_phone_number: phone.digits,
    event,
    max_daily_conversations_per_business: tier,
  },
});
