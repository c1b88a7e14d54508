import { runService } from '@wbiz/service-kit/run-service';
import { WebhooksModule } from './webhooks.module.js';
import { SETTINGS } from './webhooks.settings.js';

await runService({ name: 'webhooks', module: WebhooksModule, settings: SETTINGS });
