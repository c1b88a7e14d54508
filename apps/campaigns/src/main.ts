import { runService } from '@wbiz/service-kit/run-service';
import { CampaignsModule } from './campaigns.module.js';

await runService({ name: 'campaigns', module: CampaignsModule });
