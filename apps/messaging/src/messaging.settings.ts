import { whole } from '@wbiz/service-kit/config';
import { MEDIA_SETTINGS, TOKENS_SETTINGS } from '@wbiz/service-kit/settings';

/** Environment variables that only messaging reads. */
export const SETTINGS = {
  CLOUD_API_TIMEOUT_MS: whole(
    1_000,
    60_000,
  )({
    description: 'Timeout of a call to Meta, in milliseconds.',
    fallback: '15000',
    example: '15000',
  }),
  OUTCOME_GRACE_MS: whole(
    1_000,
    3_600_000,
  )({
    description:
      "How long a send of unknown outcome waits for a status of Meta's that settles it, in milliseconds. Counts only while Meta's webhooks arrive.",
    fallback: '60000',
    example: '60000',
  }),
  ...TOKENS_SETTINGS,
  ...MEDIA_SETTINGS,
};
