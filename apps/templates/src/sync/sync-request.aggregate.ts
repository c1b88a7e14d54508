import type { RepliesTo } from '@wbiz/contracts/command-catalogue';
import type { Aggregate } from '@wbiz/eventing/postgres/aggregate';
import {
  syncRequest,
  type SyncRequestCommand,
  type SyncRequestEvent,
  type SyncRequestState,
} from './sync-request.decider.js';

/** One stream per request, named after its command; nobody else needs to know of them. */
export const syncRequests: Aggregate<
  SyncRequestCommand,
  SyncRequestState,
  SyncRequestEvent,
  RepliesTo<SyncRequestCommand>
> = {
  name: 'sync request',
  table: 'sync_requests',
  decider: syncRequest,
  stream: ({ data }) => data.requestId,
  published: [],
  reply: { 'template.sync': () => ({ status: 'accepted' }) },
};
