import { MEDIA_SETTINGS, TOKENS_SETTINGS } from '@wbiz/service-kit/settings';

/** The environment variables of templates alone. */
export const SETTINGS = { ...TOKENS_SETTINGS, ...MEDIA_SETTINGS };
