import { text } from '@wbiz/service-kit/config';
import {
  ANSWERS_SETTINGS,
  HTTP_SETTINGS,
  MEDIA_SETTINGS,
  TOKENS_SETTINGS,
  WEBHOOK_SECRETS_SETTINGS,
} from '@wbiz/service-kit/settings';

/** Environment variables of the gateway only. */
export const SETTINGS = {
  ...HTTP_SETTINGS,
  ADMIN_TOKEN: text(16)({
    description: "Bearer token of the operators' API.",
    secret: true,
    example: 'the output of openssl rand -hex 32',
  }),
  META_APP_SECRET: text()({
    description: 'Secret of the Meta app: signs the webhooks that Meta sends.',
    secret: true,
    example: 'from App settings, Basic',
  }),
  META_VERIFY_TOKEN: text()({
    description: 'What Meta must present when it verifies the webhook address.',
    secret: true,
    example: 'a text of your own choice',
  }),
  ...TOKENS_SETTINGS,
  ...WEBHOOK_SECRETS_SETTINGS,
  ...ANSWERS_SETTINGS,
  ...MEDIA_SETTINGS,
};
