import { runService } from '@wbiz/service-kit/run-service';
import { MESSAGING } from './messaging.service.js';

await runService(MESSAGING);
