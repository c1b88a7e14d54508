import type { RepliesTo } from '@wbiz/contracts/command-catalogue';
import type { Aggregate } from '@wbiz/eventing/aggregate';
import type { Decider } from '@wbiz/eventing/decider';
import type { DomainEvent, Message, Reply } from '@wbiz/eventing/message';

/** A client's request to pull the templates; settled with the pull's result. `requestId`: the command's id. */
export type SyncRequestCommand =
  | Message<'template.sync', { readonly requestId: string; readonly replyTo: string | null }>
  | Message<'template.settle-sync', { readonly requestId: string; readonly reply: Reply }>;

export type SyncRequestEvent =
  | DomainEvent<'sync.requested', { readonly requestId: string; readonly replyTo: string | null }>
  | DomainEvent<'sync.settled', { readonly reply: Reply }>;

export type SyncRequestState = {
  readonly requestId: string;
  readonly replyTo: string | null;
  readonly reply: Reply | null;
} | null;

export const syncRequest: Decider<SyncRequestCommand, SyncRequestState, SyncRequestEvent> = {
  initial: null,
  decide: {
    'template.sync': ({ data: { requestId, replyTo } }, request) =>
      request ? [] : [{ type: 'sync.requested', data: { requestId, replyTo } }],
    'template.settle-sync': ({ data: { reply } }, request) =>
      !request || request.reply ? [] : [{ type: 'sync.settled', data: { reply } }],
  },
  evolve: {
    'sync.requested': (_request, { data }) => ({ ...data, reply: null }),
    'sync.settled': (request, { data: { reply } }) => request && { ...request, reply },
  },
};

/** One stream per request, named by the command's id. Its events are not published. */
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
