import { runService } from '@wbiz/service-kit/run-service';
import { GATEWAY } from './gateway.service.js';

await runService(GATEWAY);
