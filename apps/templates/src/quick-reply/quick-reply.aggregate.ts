import { caseless } from '@wbiz/contracts/text/caseless';
import type { RepliesTo } from '@wbiz/contracts/command-catalogue';
import { inOrder } from '@wbiz/contracts/schema/in-order';
import { QuickReplyView } from '@wbiz/contracts/quick-reply';
import type { Aggregate, Asked } from '@wbiz/eventing/aggregate';
import type { PoolClient } from 'pg';
import {
  quickReply,
  type QuickReplyCommand,
  type QuickReplyEvent,
  type QuickReplyState,
} from './quick-reply.decider.js';

/**
 * If two commands race for a shortcut, the second one violates the unique index, is decided again and is then refused.
 */
export const quickReplies: Aggregate<
  QuickReplyCommand,
  QuickReplyState,
  QuickReplyEvent,
  RepliesTo<QuickReplyCommand>
> = {
  name: 'quick reply',
  table: 'quick_replies',
  decider: quickReply,
  stream: ({ data }) => data.quickReplyId,
  published: [],
  facts: takenShortcuts,
  reply: {
    'quick-reply.create': (state) => inOrder(QuickReplyView, state!.view),
    'quick-reply.update': (state) => inOrder(QuickReplyView, state!.view),
    'quick-reply.delete': () => null,
  },
};

async function takenShortcuts(tx: PoolClient, asked: readonly Asked<QuickReplyCommand>[]) {
  const keys = asked.map(({ command: { data } }) =>
    'shortcut' in data && data.shortcut !== undefined ? caseless(data.shortcut) : null,
  );
  const { rows } = await tx.query<{ taken: boolean }>({
    name: 'shortcuts-taken',
    text: `select q.shortcut is not null and exists (select from templates.quick_replies t
             where t.account_id = q.account and t.shortcut = q.shortcut and t.stream <> q.stream) as taken
           from unnest($1::text[], $2::text[], $3::text[]) with ordinality as q(account, shortcut, stream, ord)
           order by q.ord`,
    values: [
      asked.map(({ command }) => command.accountId),
      keys,
      asked.map(({ command }) => command.data.quickReplyId),
    ],
  });
  return rows;
}
