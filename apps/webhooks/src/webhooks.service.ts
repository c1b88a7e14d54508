import type { ServiceOptions } from '@wbiz/service-kit/run-service';
import { WebhooksModule } from './webhooks.module.js';
import { SETTINGS } from './webhooks.settings.js';

export const WEBHOOKS: ServiceOptions = { name: 'webhooks', module: WebhooksModule, settings: SETTINGS };
