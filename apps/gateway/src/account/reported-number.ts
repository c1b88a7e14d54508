import type { MetaPhoneNumber } from '@wbiz/cloud-api/meta-objects';
import type { ReportedNumber } from './account.decider.js';

/**
 * Messages per second by Meta's throughput level; COEXISTENCE: the number is used in the WhatsApp Business app too
 * (Meta's throughput page).
 */
export const THROUGHPUT = { STANDARD: 80, HIGH: 1_000, COEXISTENCE: 20 } as const;

/** A phone number as Meta reports it. */
export const reportedNumber = (number: MetaPhoneNumber): ReportedNumber => ({
  id: number.id,
  displayPhoneNumber: number.display_phone_number,
  verifiedName: number.verified_name ?? number.display_phone_number,
  qualityRating: number.quality_rating ?? 'UNKNOWN',
  messagingLimit: number.whatsapp_business_manager_messaging_limit ?? null,
  throughput: throughputOf(number),
});

function throughputOf({ is_on_biz_app: inBusinessApp, throughput }: MetaPhoneNumber): number {
  if (inBusinessApp) return THROUGHPUT.COEXISTENCE;
  return throughput?.level === 'HIGH' ? THROUGHPUT.HIGH : THROUGHPUT.STANDARD;
}
