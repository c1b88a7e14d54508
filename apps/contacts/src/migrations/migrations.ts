import { Contacts1763805600000 } from './0001-contacts.js';
import { ContactsTagsFields1764500000000 } from './0002-contacts-tags-fields.js';
import { SearchAcrossWords1764900000000 } from './0003-search-across-words.js';
import { ProjectionRecovery1766400000000 } from './0004-projection-recovery.js';
import { SourceEpochs1766500000000 } from './0005-source-epochs.js';

/** In the order in which they run. */
export const MIGRATIONS = [
  Contacts1763805600000,
  ContactsTagsFields1764500000000,
  SearchAcrossWords1764900000000,
  ProjectionRecovery1766400000000,
  SourceEpochs1766500000000,
];
