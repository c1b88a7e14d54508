import type { RepliesTo } from '@wbiz/contracts/command-catalogue';
import { inOrder } from '@wbiz/contracts/schema/in-order';
import { WebhookView, type DeliveryStatus } from '@wbiz/contracts/webhook';
import type { Aggregate, Asked } from '@wbiz/eventing/aggregate';
import type { PoolClient } from 'pg';
import { DELIVERY_STATUS } from '../delivery/delivery-log.js';
import {
  webhook,
  type WebhookCommand,
  type WebhookEvent,
  type WebhookFacts,
  type WebhookState,
} from './webhook.decider.js';

export const webhooks: Aggregate<WebhookCommand, WebhookState, WebhookEvent, RepliesTo<WebhookCommand>> = {
  name: 'webhook',
  table: 'webhooks',
  decider: webhook,
  stream: ({ data }) => data.webhookId,
  published: ['webhook.disabled'],
  facts: async (tx, asked) => {
    const facts: WebhookFacts[] = [];
    for (const { command } of asked) facts.push(await factsOf(tx, command));
    return facts;
  },
  reply: {
    'webhook.create': (state) => withSecret(state!),
    'webhook.update': (state) => inOrder(WebhookView, state!.view),
    'webhook.delete': () => null,
    'webhook.rotate-secret': (state) => withSecret(state!),
    'webhook.replay': (_state, _events, { data: { since, until, only } }) => ({
      since,
      until,
      only,
      status: 'accepted',
    }),
    'webhook.retry': () => null,
  },
};

const withSecret = ({ view, sealed }: NonNullable<WebhookState>) => ({
  view: inOrder(WebhookView, view),
  sealedSecret: sealed.secret,
});

const NONE: WebhookFacts = { webhooks: 0, replays: 0, delivery: null };

/** The counts stay true until the commit, since the commands of an account run one after another. */
async function factsOf(tx: PoolClient, command: Asked<WebhookCommand>['command']): Promise<WebhookFacts> {
  switch (command.type) {
    case 'webhook.create': {
      const { rows } = await tx.query<{ webhooks: number }>(
        'select count(*)::int as webhooks from webhooks.readers where account_id = $1',
        [command.accountId],
      );
      return { ...NONE, ...rows[0] };
    }
    case 'webhook.replay': {
      const { rows } = await tx.query<{ replays: number }>(
        'select count(*)::int as replays from webhooks.replays where webhook_id = $1',
        [command.data.webhookId],
      );
      return { ...NONE, ...rows[0] };
    }
    case 'webhook.retry': {
      const { webhookId, deliveryId } = command.data;
      const { rows } = await tx.query<{ sequence: string; status: DeliveryStatus }>(
        `select d.sequence, ${DELIVERY_STATUS} as status
         from webhooks.deliveries d left join webhooks.failures f on f.webhook_id = d.webhook_id and f.sequence = d.sequence
         where d.webhook_id = $1 and d.id = $2 order by d.at desc limit 1`,
        [webhookId, deliveryId],
      );
      const [found] = rows;
      return {
        ...NONE,
        delivery: found ? { sequence: Number(found.sequence), status: found.status } : null,
      };
    }
    case 'webhook.update':
    case 'webhook.delete':
    case 'webhook.rotate-secret':
    case 'webhook.disable':
    case 'webhook.reseal':
      return NONE;
  }
}
