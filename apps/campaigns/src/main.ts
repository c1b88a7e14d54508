import { runService } from '@wbiz/service-kit/run-service';
import { CAMPAIGNS } from './campaigns.service.js';

await runService(CAMPAIGNS);
