import { runService } from '@wbiz/service-kit/run-service';
import { GATEWAY_SETTINGS } from '@wbiz/service-kit/settings';
import { configureApi } from './configure-api.js';
import { GatewayModule } from './gateway.module.js';

await runService({
  name: 'gateway',
  module: GatewayModule,
  peers: ['messaging', 'contacts', 'templates', 'webhooks'],
  settings: GATEWAY_SETTINGS,
  http: { configure: configureApi },
});
