import type { Delivery, Webhook } from './webhook-queries.js';

const OF_WEBHOOK = {
  active: ['good', 'Active'],
  failing: ['bad', 'Failing'],
  inactive: ['', 'Paused'],
  disabled: ['bad', 'Disabled'],
} as const satisfies Record<Webhook['status'], readonly [string, string]>;

const OF_DELIVERY = {
  succeeded: ['good', 'Succeeded'],
  pending: ['warn', 'Pending'],
  failed: ['bad', 'Failed'],
} as const satisfies Record<Delivery['status'], readonly [string, string]>;

export function WebhookStatus({ status }: Pick<Webhook, 'status'>) {
  const [kind, name] = OF_WEBHOOK[status];
  return <span class={`badge ${kind}`}>{name}</span>;
}

export function DeliveryStatus({ status }: Pick<Delivery, 'status'>) {
  const [kind, name] = OF_DELIVERY[status];
  return <span class={`badge ${kind}`}>{name}</span>;
}

/** A rate of 0 to 1 in percent; never rounded up to 100 %. */
export function percent(share: number | null): string {
  if (share === null) return '–';
  return `${share === 1 ? 100 : (Math.floor(share * 1_000) / 10).toFixed(1)} %`;
}

/** The endpoint's answer, or why there was none. */
export const answerOf = ({ statusCode, error }: Pick<Delivery, 'statusCode' | 'error'>) =>
  statusCode === null ? (error ?? 'No answer') : `HTTP ${statusCode}`;
