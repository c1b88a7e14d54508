import type { Aggregate } from '@wbiz/eventing/postgres/event-store';
import {
  syncRequest,
  type SyncRequestCommand,
  type SyncRequestEvent,
  type SyncRequestState,
} from './sync-request.decider.js';

/** One stream per request, named after its command; nobody else needs to know of them. */
export const syncRequests: Aggregate<SyncRequestCommand, SyncRequestState, SyncRequestEvent> = {
  name: 'sync request',
  table: 'sync_requests',
  decider: syncRequest,
  stream: ({ data }) => data.requestId,
  published: [],
  reply: () => ({ status: 'accepted' }),
};
