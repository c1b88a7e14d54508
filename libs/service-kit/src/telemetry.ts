import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export type Metrics = ReturnType<typeof createMetrics>;

/** The metrics of one process in a registry of their own. Times are in seconds; no label ever holds an account. */
export function createMetrics(service: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  // At its default of 10 ms, measuring the event loop is most of what an idle process does.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  const registers = [registry];
  const refreshes: (() => Promise<void>)[] = [];
  return {
    contentType: registry.contentType,

    /** Runs `refresh` before each scrape, for gauges that have to be asked for. */
    beforeScrape: (refresh: () => Promise<void>) => void refreshes.push(refresh),

    /** Everything in Prometheus' text format. A refresh that fails leaves its gauges as they were. */
    text: async () => {
      await Promise.allSettled(refreshes.map((refresh) => refresh()));
      return registry.metrics();
    },

    httpDuration: new Histogram({
      name: 'http_server_request_duration_seconds',
      help: 'Time from the first byte of a request to the last of its answer',
      labelNames: ['route', 'method', 'status'] as const,
      buckets: SECONDS,
      registers,
    }),
    commandDuration: new Histogram({
      name: 'wbiz_command_duration_seconds',
      help: 'Time a command took its handler',
      labelNames: ['type', 'outcome'] as const,
      buckets: SECONDS,
      registers,
    }),
    outboxPending: new Gauge({
      name: 'wbiz_outbox_pending',
      help: 'Committed events that are not on the shared log yet',
      registers,
    }),
    outboxAge: new Gauge({
      name: 'wbiz_outbox_age_seconds',
      help: 'Age of the oldest of them',
      registers,
    }),
    projectionLag: new Gauge({
      name: 'wbiz_projection_lag_events',
      help: 'Records of the shared log that a projection has not seen yet, on the partitions of this process',
      labelNames: ['projection'] as const,
      registers,
    }),
    parkedAccounts: new Gauge({
      name: 'wbiz_projection_parked_accounts',
      help: 'Accounts whose events wait since one of them cannot be applied, over all processes',
      labelNames: ['projection'] as const,
      registers,
    }),
    consumerWaiting: new Gauge({
      name: 'wbiz_consumer_waiting_seconds',
      help: 'How long the partition that has waited longest for a fault to pass has waited',
      labelNames: ['group'] as const,
      registers,
    }),
    consumerState: new Gauge({
      name: 'wbiz_consumer_state',
      help: '1 while the consumer group member fetches, 0 while it does not',
      labelNames: ['group'] as const,
      registers,
    }),
    peerSilent: new Gauge({
      name: 'wbiz_peer_silent',
      help: '1 while a replica of another service is asked nothing because it does not answer',
      labelNames: ['peer', 'address'] as const,
      registers,
    }),
    unknownOutcomeAge: new Gauge({
      name: 'wbiz_unknown_outcome_age_seconds',
      help: 'Age of the oldest send of which it is unknown whether Meta took it; 0: there is none',
      registers,
    }),
    metaItems: new Counter({
      name: 'wbiz_meta_items_total',
      help: "Items of Meta's webhooks: message, status, echo, change, left out as unreadable or too_large, or of nobody here: foreign_message, foreign_status, foreign_echo",
      labelNames: ['kind'] as const,
      registers,
    }),
    webhookAttempts: new Histogram({
      name: 'wbiz_webhook_attempt_duration_seconds',
      help: 'Time an attempt to deliver to a webhook took: delivered or failed',
      labelNames: ['outcome'] as const,
      buckets: SECONDS,
      registers,
    }),
    deadLetters: new Counter({
      name: 'wbiz_dead_letters_total',
      help: 'Messages put aside because they cannot be handled',
      registers,
    }),
  };
}
