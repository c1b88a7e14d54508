import { flag, networks, url } from '@wbiz/service-kit/config';
import { WEBHOOK_SECRETS_SETTINGS } from '@wbiz/service-kit/settings';

/** Environment variables that only webhooks reads. */
export const SETTINGS = {
  ...WEBHOOK_SECRETS_SETTINGS,
  WEBHOOKS_ALLOW_INSECURE: flag({
    description:
      'For development: webhooks may be http, on any port, and on this machine. Never where customers make webhooks.',
    fallback: 'false',
    example: 'true',
  }),
  WEBHOOKS_ALLOW_NETWORKS: networks({
    description:
      'Addresses and networks that webhooks may reach although they are not public; those of cloud metadata never.',
    optional: true,
    example: '10.1.2.3,192.168.7.0/24',
  }),
  WEBHOOKS_PROXY: url(
    'http',
    'https',
  )({
    description:
      'Proxy that deliveries go through by CONNECT. It resolves names and has to refuse addresses that are not public.',
    optional: true,
    example: 'http://smokescreen:4750',
  }),
};
