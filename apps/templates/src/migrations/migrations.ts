import { Templates1763805600000 } from './0001-templates.js';
import { QuickReplies1765200000000 } from './0002-quick-replies.js';
import { Presets1765286400000 } from './0003-presets.js';
import { Flows1765330000000 } from './0004-flows.js';
import { Submissions1765350000000 } from './0005-submissions.js';
import { ProjectionRecovery1766400000000 } from './0006-projection-recovery.js';
import { SourceEpochs1766500000000 } from './0007-source-epochs.js';
import { Connections1766700000000 } from './0008-connections.js';

/** In the order in which they run. */
export const MIGRATIONS = [
  Templates1763805600000,
  QuickReplies1765200000000,
  Presets1765286400000,
  Flows1765330000000,
  Submissions1765350000000,
  ProjectionRecovery1766400000000,
  SourceEpochs1766500000000,
  Connections1766700000000,
];
