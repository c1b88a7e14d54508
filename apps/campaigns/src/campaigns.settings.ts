import { whole } from '@wbiz/service-kit/config';

/** Environment variables that only the campaigns service reads. */
export const SETTINGS = {
  CAMPAIGN_START_GRACE_MS: whole(
    0,
    2_147_483_647,
  )({
    description:
      'How late a campaign still starts by itself where the service was down at its time, in milliseconds; else it waits, paused, until somebody resumes it.',
    fallback: '3600000',
    example: '3600000',
  }),
};
