import { HIGHEST, secondsSince, showTop, SUM, topOf, type Metrics } from '@wbiz/service-kit/telemetry';
import type { Deliverer } from './deliverer.js';
import type { Outcome } from './sender.js';

/** Sets the gauges of webhooks before each scrape, for those that this replica holds. */
export function webhookGauges(deliverer: Pick<Deliverer, 'held'>, metrics: Metrics): void {
  metrics.beforeScrape(async () => {
    const workers = [...deliverer.held()];
    const events = workers.map(([id, { behind }]) => [id, behind.events] as const);
    const ages = workers.map(([id, { behind }]) => [id, secondsSince(behind.since)] as const);
    const shown = topOf(events);
    showTop(metrics.webhookLag, 'webhook_id', events, { shown, others: SUM });
    showTop(metrics.webhookLagAge, 'webhook_id', ages, { shown, others: HIGHEST });
    metrics.webhooksPaused.set(workers.filter(([, { isPaused }]) => isPaused).length);
  });
}

export const attemptLabel = ({ delivered, statusCode, slow }: Outcome) =>
  delivered ? 'delivered' : statusCode !== null ? 'refused' : slow ? 'timeout' : 'unreachable';
