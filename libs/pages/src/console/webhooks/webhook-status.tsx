import { useQuery } from '@tanstack/preact-query';
import { useAccount } from '../account.js';
import { statsQuery, type Delivery, type Webhook } from './webhook-queries.js';
import { deliveryBadge, webhookBadge } from './webhook-words.js';

export function WebhookStatus({ webhook: { id, status } }: { webhook: Webhook }) {
  const { account, api } = useAccount();
  const stats = useQuery(statsQuery(account.id, api, id));
  const [look, words] = webhookBadge(status, stats.data);
  return <span class={`badge ${look}`}>{words}</span>;
}

export function DeliveryStatus({ delivery }: { delivery: Delivery }) {
  const [look, words] = deliveryBadge(delivery);
  return <span class={`badge ${look}`}>{words}</span>;
}
