import type { ServiceOptions } from '@wbiz/service-kit/run-service';
import { CampaignsModule } from './campaigns.module.js';
import { SETTINGS } from './campaigns.settings.js';

export const CAMPAIGNS: ServiceOptions = {
  name: 'campaigns',
  module: CampaignsModule,
  peers: ['messaging', 'contacts', 'templates', 'gateway'],
  settings: SETTINGS,
};
