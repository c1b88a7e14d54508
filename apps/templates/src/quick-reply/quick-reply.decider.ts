import { isDeepStrictEqual } from 'node:util';
import { caseless } from '@wbiz/contracts/text/caseless';
import { changedBy } from '@wbiz/contracts/schema/derived-classes';
import type {
  CreateQuickReplyData,
  DeleteQuickReplyData,
  QuickReplyView,
  UpdateQuickReplyData,
} from '@wbiz/contracts/quick-reply';
import type { Decider } from '@wbiz/eventing/decider';
import type { DomainEvent, Message } from '@wbiz/eventing/message';
import { Rejection } from '@wbiz/eventing/rejection';

/** Null before the first event. `key`: unique form of the shortcut. `search`: the text that searches match. */
export type QuickReplyState = {
  readonly view: QuickReplyView;
  readonly key: string;
  readonly search: string;
  readonly deleted: boolean;
} | null;

/** `taken`: another quick reply of the account has the command's shortcut. */
type Informed = { readonly facts: { readonly taken: boolean } };
export type QuickReplyCommand =
  | (Message<'quick-reply.create', CreateQuickReplyData> & Informed)
  | (Message<'quick-reply.update', UpdateQuickReplyData> & Informed)
  | (Message<'quick-reply.delete', DeleteQuickReplyData> & Informed);

export type QuickReplyEvent =
  | DomainEvent<'quick_reply.created', QuickReplyView>
  | DomainEvent<'quick_reply.updated', QuickReplyView>
  | DomainEvent<'quick_reply.deleted', DeleteQuickReplyData>;

export const quickReply: Decider<QuickReplyCommand, QuickReplyState, QuickReplyEvent> = {
  initial: null,

  decide: {
    'quick-reply.create': ({ data: { quickReplyId: id, at, ...given }, facts }) => {
      if (facts.taken) throw taken(given.shortcut);
      return [{ type: 'quick_reply.created', data: { id, ...given, createdAt: at, updatedAt: at } }];
    },
    'quick-reply.update': ({ data: { quickReplyId, at, ...change }, facts }, known) => {
      const before = viewIn(known, quickReplyId);
      const after = changedBy(before, change);
      if (facts.taken) throw taken(after.shortcut);
      if (isDeepStrictEqual(after, before)) return [];
      return [{ type: 'quick_reply.updated', data: { ...after, updatedAt: at } }];
    },
    'quick-reply.delete': ({ data }, known) => {
      viewIn(known, data.quickReplyId);
      return [{ type: 'quick_reply.deleted', data }];
    },
  },

  evolve: {
    'quick_reply.created': (_, { data }) => shown(data),
    'quick_reply.updated': (_, { data }) => shown(data),
    'quick_reply.deleted': (known) => known && { ...known, deleted: true },
  },
};

const shown = (view: QuickReplyView): QuickReplyState => ({
  view,
  key: caseless(view.shortcut),
  search: caseless([view.shortcut, view.title, view.body].join('\n')),
  deleted: false,
});

function viewIn(known: QuickReplyState, id: string): QuickReplyView {
  if (!known || known.deleted) throw new Rejection('not_found', `There is no quick reply ${id}.`);
  return known.view;
}

const taken = (shortcut: string) =>
  new Rejection('conflict', `There is a quick reply with the shortcut ${shortcut} already.`);
