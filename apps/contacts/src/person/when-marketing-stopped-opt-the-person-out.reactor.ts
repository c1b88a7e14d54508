import { isPhone } from '@wbiz/contracts/text/phone';
import type { EventStore } from '@wbiz/eventing/postgres/event-store';
import type { Projection } from '@wbiz/eventing/postgres/projection';
import { batchProjection } from '@wbiz/service-kit/projection';
import { contacts } from '../contact/contact.aggregate.js';

/**
 * Meta refused marketing to a person (`message.marketing_stopped`): opts the person out, creating the contact if
 * needed.
 */
export const whenMarketingStoppedOptThePersonOut = (
  store: Pick<EventStore, 'applyIn' | 'committed'>,
): Projection =>
  batchProjection({
    name: 'marketing-stopped',
    types: ['message.marketing_stopped'],
    applied: () => store.committed(),
    all: async (stopped, db) => {
      const at = new Date().toISOString();
      await store.applyIn(
        db,
        contacts,
        stopped.map(({ accountId, traceparent, data: { contactId, to, at: saidAt } }) => ({
          accountId,
          traceparent,
          type: 'contact.note-opt' as const,
          data: {
            contactId,
            ...(isPhone(to) ? { phone: to, userId: null } : { phone: null, userId: to }),
            optedIn: false,
            how: 'refused_by_meta' as const,
            saidAt,
            at,
          },
        })),
      );
    },
  });
