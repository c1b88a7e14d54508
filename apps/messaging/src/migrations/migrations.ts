import { Messaging1763800000000 } from './0001-messaging.js';
import { ListsAndReads1763830000000 } from './0002-lists-and-reads.js';
import { MessageWamids1764200000000 } from './0003-message-wamids.js';
import { Pace1764300000000 } from './0004-pace.js';
import { Inbox1764400000000 } from './0005-inbox.js';
import { Media1764500000000 } from './0006-media.js';
import { ContactNames1764600000000 } from './0007-contact-names.js';
import { OrderOfMessages1764700000000 } from './0008-order-of-messages.js';
import { ContactPhones1764910000000 } from './0009-contact-phones.js';
import { InboxSearch1765000000000 } from './0010-inbox-search.js';
import { OutcomesAndUsage1765100000000 } from './0011-outcomes-and-usage.js';
import { CampaignSends1766350000000 } from './0012-campaign-sends.js';
import { ProjectionRecovery1766400000000 } from './0013-projection-recovery.js';
import { SourceEpochs1766500000000 } from './0014-source-epochs.js';
import { AttemptsInTheQueue1766700000000 } from './0015-attempts-in-the-queue.js';
import { People1766800000000 } from './0016-people.js';
import { SentFromHere1766900000000 } from './0017-sent-from-here.js';
import { SmallMessages1767000000000 } from './0018-small-messages.js';
import { DispatchGuard1767100000000 } from './0019-dispatch-guard.js';

/** In order of execution. */
export const MIGRATIONS = [
  Messaging1763800000000,
  ListsAndReads1763830000000,
  MessageWamids1764200000000,
  Pace1764300000000,
  Inbox1764400000000,
  Media1764500000000,
  ContactNames1764600000000,
  OrderOfMessages1764700000000,
  ContactPhones1764910000000,
  InboxSearch1765000000000,
  OutcomesAndUsage1765100000000,
  CampaignSends1766350000000,
  ProjectionRecovery1766400000000,
  SourceEpochs1766500000000,
  AttemptsInTheQueue1766700000000,
  People1766800000000,
  SentFromHere1766900000000,
  SmallMessages1767000000000,
  DispatchGuard1767100000000,
];
