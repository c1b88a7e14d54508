import { AccessTables1763805600000 } from './access-tables.js';
import { AccountTables1763805601000 } from './account-tables.js';
import { EventingTables1763805599000 } from './eventing-tables.js';
import { OperatorSessions1766600000000 } from './operator-sessions.js';
import { ProjectionRecovery1766400000000 } from './projection-recovery.js';
import { SourceEpochs1766500000000 } from './source-epochs.js';

/** In order of execution. */
export const MIGRATIONS = [
  EventingTables1763805599000,
  AccessTables1763805600000,
  AccountTables1763805601000,
  ProjectionRecovery1766400000000,
  SourceEpochs1766500000000,
  OperatorSessions1766600000000,
];
