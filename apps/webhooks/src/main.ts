import { runService } from '@wbiz/service-kit/run-service';
import { WebhooksModule } from './webhooks.module.js';

await runService({ name: 'webhooks', module: WebhooksModule });
