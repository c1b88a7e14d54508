import type { RepliesTo } from '@wbiz/contracts/command-catalogue';
import { inOrder } from '@wbiz/contracts/schema/in-order';
import { TemplateView } from '@wbiz/contracts/template';
import type { Aggregate, Asked } from '@wbiz/eventing/aggregate';
import type { PoolClient } from 'pg';
import { template } from './template.decider.js';
import type { TemplateCommand, TemplateEvent } from './template.messages.js';
import type { TemplateState } from './template.state.js';

/**
 * templates.templates holds each template's state; `state->'view'` is the part that the API shows. If two commands race
 * for a name and language, the second one violates the unique index, is decided again and is then refused.
 */
export const templates: Aggregate<
  TemplateCommand,
  TemplateState,
  TemplateEvent,
  RepliesTo<TemplateCommand>
> = {
  name: 'template',
  table: 'templates',
  decider: template,
  stream: ({ data }) => data.templateId,
  published: ['template.changed', 'template.status', 'template.removed'],
  facts: takenNames,
  reply: {
    'template.create': replyOf,
    'template.update': replyOf,
    'template.delete': replyOf,
  },
};

function replyOf({ view, submission }: TemplateState) {
  return { template: inOrder(TemplateView, view!), submission: submission?.id ?? null };
}

async function takenNames(tx: PoolClient, asked: readonly Asked<TemplateCommand>[]) {
  const named = asked.map(({ command }) => (command.type === 'template.create' ? command : undefined));
  if (!named.some(Boolean)) return named.map(() => ({ takenBy: null }));
  const { rows } = await tx.query<{ takenBy: string | null }>({
    name: 'template-names-taken',
    text: `select t.stream as "takenBy" from unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality
             as q(account, name, language, stream, ord)
           left join templates.templates t on t.account_id = q.account and t.state->'view'->>'name' = q.name
             and t.state->'view'->>'language' = q.language and t.state->'removed' = 'false' and t.stream <> q.stream
           order by q.ord`,
    values: [
      asked.map(({ command }) => command.accountId),
      named.map((command) => command?.data.name),
      named.map((command) => command?.data.language),
      asked.map(({ command }) => command.data.templateId),
    ],
  });
  return rows;
}
