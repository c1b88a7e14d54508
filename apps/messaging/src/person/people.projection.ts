import type { RecordedEvent } from '@wbiz/eventing/aggregate';
import type { Of } from '@wbiz/eventing/message';
import { followUp, inline, type FollowUp } from '@wbiz/eventing/postgres/inline-projection';
import type { PoolClient } from 'pg';
import { conversations } from '../conversation/conversation.decider.js';
import type { MessageEvent } from '../message/message.events.js';
import { linkPeople } from './link-people.js';

type Handed = RecordedEvent<Of<MessageEvent, 'message.received' | 'message.echoed'>>;

/** Stores the identity links of a message in the message's transaction. */
export const peopleProjection = inline<MessageEvent>({
  'message.received': link,
  'message.echoed': link,
});

async function link(events: readonly Handed[], tx: PoolClient): Promise<readonly FollowUp[]> {
  const links = events.flatMap(({ accountId, private: own }) =>
    (own?.links ?? []).map((one) => ({ ...one, accountId })),
  );
  return (await linkPeople(tx, links)).map((command) => followUp(conversations, command));
}
