import type { ServiceOptions } from '@wbiz/service-kit/run-service';
import { CampaignsModule } from './campaigns.module.js';

export const CAMPAIGNS: ServiceOptions = {
  name: 'campaigns',
  module: CampaignsModule,
  peers: ['gateway', 'messaging', 'contacts', 'templates'],
};
