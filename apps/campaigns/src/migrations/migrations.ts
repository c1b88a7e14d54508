import { Campaigns1763805600000 } from './0001-campaigns.js';
import { CampaignTables1766300000000 } from './0002-campaigns.js';
import { Audience1766300001000 } from './0003-audience.js';
import { ProjectionRecovery1766400000000 } from './0004-projection-recovery.js';
import { SourceEpochs1766500000000 } from './0005-source-epochs.js';
import { MergedContacts1766600000000 } from './0006-merged-contacts.js';
import { Retries1766700000000 } from './0007-retries.js';

/** In the order in which they run. */
export const MIGRATIONS = [
  Campaigns1763805600000,
  CampaignTables1766300000000,
  Audience1766300001000,
  ProjectionRecovery1766400000000,
  SourceEpochs1766500000000,
  MergedContacts1766600000000,
  Retries1766700000000,
];
