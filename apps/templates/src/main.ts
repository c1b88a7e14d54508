import { runService } from '@wbiz/service-kit/run-service';
import { TEMPLATES } from './templates.service.js';

await runService(TEMPLATES);
