import { MEDIA_SETTINGS, TOKENS_SETTINGS } from '@wbiz/service-kit/settings';

/** Environment variables that only the templates service reads. */
export const SETTINGS = { ...TOKENS_SETTINGS, ...MEDIA_SETTINGS };
