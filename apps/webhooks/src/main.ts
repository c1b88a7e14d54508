import { runService } from '@wbiz/service-kit/run-service';
import { WEBHOOKS } from './webhooks.service.js';

await runService(WEBHOOKS);
