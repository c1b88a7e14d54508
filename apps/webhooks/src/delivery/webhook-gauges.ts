import { HIGHEST, secondsSince, showTop, SUM, topOf, type Metrics } from '@wbiz/service-kit/telemetry';
import type { Deliverer } from './deliverer.js';
import type { Outcome } from './sender.js';

/** Reports the lag of the webhooks this replica holds. */
export function webhookGauges(deliverer: Pick<Deliverer, 'held'>, metrics: Metrics): void {
  metrics.beforeScrape(async () => {
    const lanes = [...deliverer.held()];
    const events = lanes.map(([id, { behind }]) => [id, behind.events] as const);
    const ages = lanes.map(([id, { behind }]) => [id, secondsSince(behind.since)] as const);
    const shown = topOf(events);
    showTop(metrics.webhookLag, 'webhook_id', events, { shown, others: SUM });
    showTop(metrics.webhookLagAge, 'webhook_id', ages, { shown, others: HIGHEST });
    metrics.webhooksPaused.set(lanes.filter(([, { isPaused }]) => isPaused).length);
  });
}

export const attemptLabel = ({ delivered, statusCode, slow }: Outcome) =>
  delivered ? 'delivered' : statusCode !== null ? 'refused' : slow ? 'timeout' : 'unreachable';
