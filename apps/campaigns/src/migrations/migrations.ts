import { Campaigns1763805600000 } from './0001-campaigns.js';
import { CampaignTables1766300000000 } from './0002-campaigns.js';
import { ProjectionRecovery1766400000000 } from './0003-projection-recovery.js';

/** In the order in which they run. */
export const MIGRATIONS = [
  Campaigns1763805600000,
  CampaignTables1766300000000,
  ProjectionRecovery1766400000000,
];
