import { followUp, inline } from '@wbiz/eventing/postgres/inline-projection';
import { conversations } from '../conversation/conversation.decider.js';
import type { MessageEvent } from '../message/message.decider.js';
import { linkPeople } from './link-people.js';

/** What a message tells of who is who, in its transaction. */
export const peopleProjection = inline<MessageEvent>({
  'message.received': async (events, tx) => {
    const links = events.flatMap(({ accountId, private: own }) =>
      (own?.links ?? []).map((link) => ({ ...link, accountId })),
    );
    return (await linkPeople(tx, links)).map((command) => followUp(conversations, command));
  },
});
