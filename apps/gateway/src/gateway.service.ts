import type { ServiceOptions } from '@wbiz/service-kit/run-service';
import { configureApi } from './configure-api.js';
import { GatewayModule } from './gateway.module.js';
import { SETTINGS } from './gateway.settings.js';

export const GATEWAY: ServiceOptions = {
  name: 'gateway',
  module: GatewayModule,
  peers: ['messaging', 'contacts', 'templates', 'campaigns', 'webhooks'],
  settings: SETTINGS,
  http: { configure: configureApi },
};
