import type { Service } from '@wbiz/contracts/topics';

/** One of WBIZ's own metrics. `of`: the services that have it; all of them unless set. */
export type Described = {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly of?: readonly Service[];
};

const described =
  <const Kind extends Described['kind']>(kind: Kind) =>
  <const Labels extends readonly string[] = readonly []>(
    name: string,
    help: string,
    { labels = [] as unknown as Labels, of }: { labels?: Labels; of?: readonly Service[] } = {},
  ) => ({ kind, name, help, labels, of });
const counter = described('counter');
const gauge = described('gauge');
const histogram = described('histogram');

/** How many phone numbers, or webhooks, have their own series; all further ones share one series. */
export const TOP = 20;
/** The label of the shared series. */
export const OTHERS = 'other';

/**
 * All of WBIZ's own metrics. Times are in seconds. Labels have few values: never an account or a message, and a phone
 * number or a webhook only among the {@link TOP}.
 */
export const METRICS = {
  httpDuration: histogram(
    'wbiz_http_request_duration_seconds',
    'Time from the first byte of a request to the last of its answer.',
    { labels: ['route', 'method', 'status'], of: ['gateway'] },
  ),
  rateLimited: counter(
    'wbiz_rate_limited_requests_total',
    "Requests answered with 429. scope: key (the key's own limit), plan (its account's), sign_in (failed sign-ins of operators).",
    { labels: ['scope'], of: ['gateway'] },
  ),
  commandDuration: histogram('wbiz_command_duration_seconds', 'Time a command took its handler.', {
    labels: ['type', 'outcome'],
  }),
  sends: counter(
    'wbiz_sends_total',
    "Attempts to send by what came of them: accepted (Meta has it), deferred (goes again), refused (failed for good), unknown (Meta's answer is missing). code: Meta's error; none: there was none; other: one that WBIZ does not know; token_sealed: the account's access token cannot be opened.",
    { labels: ['outcome', 'code'], of: ['messaging'] },
  ),
  metaCalls: histogram(
    'wbiz_meta_call_duration_seconds',
    'Time a call of Meta took. outcome: ok, refused (an error of Meta), broken (no answer that can be read), not_sent.',
    { labels: ['operation', 'outcome'], of: ['gateway', 'messaging', 'templates'] },
  ),
  metaErrors: counter(
    'wbiz_meta_call_errors_total',
    'Calls that Meta refused, by its error; other: one that WBIZ does not know.',
    { labels: ['operation', 'code'], of: ['gateway', 'messaging', 'templates'] },
  ),
  metaItems: counter(
    'wbiz_meta_items_total',
    "Items of Meta's webhooks: message, status, echo, change, left out as unreadable or too_large, or of nobody here: foreign_message, foreign_status, foreign_echo.",
    { labels: ['kind'], of: ['gateway', 'messaging'] },
  ),
  queueSends: gauge(
    'wbiz_number_queue_sends',
    `Accepted sends that wait for their call, by phone number: the ${TOP} with most on each process, ${OTHERS} for the rest. Counted up to 10,000.`,
    { labels: ['phone_number_id'], of: ['messaging'] },
  ),
  queueAge: gauge('wbiz_number_queue_age_seconds', 'Age of the oldest of them, since the request.', {
    labels: ['phone_number_id'],
    of: ['messaging'],
  }),
  openCalls: gauge(
    'wbiz_number_open_calls',
    'Sends of a phone number whose call is under way; 128 at most.',
    { labels: ['phone_number_id'], of: ['messaging'] },
  ),
  paceUsed: gauge(
    'wbiz_number_pace_ratio',
    "Calls a second since the scrape before, as a share of Meta's throughput of the phone number; 0.98 is all that is used.",
    { labels: ['phone_number_id'], of: ['messaging'] },
  ),
  pauseLeft: gauge(
    'wbiz_number_pause_seconds',
    'How much longer a phone number pauses since Meta asked for patience.',
    { labels: ['phone_number_id'], of: ['messaging'] },
  ),
  unknownOutcomes: gauge(
    'wbiz_unknown_outcome_sends',
    'Sends of which it is unknown whether Meta took them, of the phone numbers of this process.',
    { of: ['messaging'] },
  ),
  unknownOutcomeAge: gauge('wbiz_unknown_outcome_age_seconds', 'Age of the oldest of them.', {
    of: ['messaging'],
  }),
  webhookAttempts: histogram(
    'wbiz_webhook_attempt_duration_seconds',
    'Time an attempt to deliver to a webhook took. outcome: delivered, refused (answered with another status than 2xx), timeout, unreachable.',
    { labels: ['outcome'], of: ['webhooks'] },
  ),
  webhookLag: gauge(
    'wbiz_webhook_lag_events',
    `Events of the feed that a webhook's cursor has not passed: the ${TOP} webhooks with most on each process, ${OTHERS} for the rest.`,
    { labels: ['webhook_id'], of: ['webhooks'] },
  ),
  webhookLagAge: gauge(
    'wbiz_webhook_lag_seconds',
    'Age of the oldest event that was read for a webhook and not delivered.',
    { labels: ['webhook_id'], of: ['webhooks'] },
  ),
  webhooksPaused: gauge(
    'wbiz_webhook_paused_subscriptions',
    'Webhooks of this process that get a probe now and then, since their endpoint fails.',
    { of: ['webhooks'] },
  ),
  liveCampaigns: gauge(
    'wbiz_live_campaigns',
    'Campaigns that are scheduled, running or paused, over all processes.',
    { labels: ['state'], of: ['campaigns'] },
  ),
  campaignRecipients: gauge(
    'wbiz_campaign_waiting_recipients',
    'Recipients of running and paused campaigns that messaging was not asked for yet, over all processes.',
    { labels: ['state'], of: ['campaigns'] },
  ),
  outboxPending: gauge('wbiz_outbox_pending_events', 'Committed events that are not on the shared log yet.'),
  outboxAge: gauge('wbiz_outbox_age_seconds', 'Age of the oldest of them.'),
  projectionLag: gauge(
    'wbiz_projection_lag_events',
    'Records of the shared log that a projection has not seen yet, on the partitions of this process.',
    { labels: ['projection'] },
  ),
  projectionLagAge: gauge(
    'wbiz_projection_lag_seconds',
    'Age of the oldest record that a projection has in hand; 0: it has none.',
    { labels: ['projection'] },
  ),
  parkedAccounts: gauge(
    'wbiz_projection_parked_accounts',
    'Accounts whose events wait since one of them cannot be applied, over all processes.',
    { labels: ['projection'] },
  ),
  consumerMembers: gauge(
    'wbiz_consumer_members',
    '1 while the member of the consumer group fetches, 0 while it does not: it joins, is halted or has crashed.',
    { labels: ['group'] },
  ),
  consumerJoins: counter('wbiz_consumer_joins_total', 'How often the member has joined its group.', {
    labels: ['group'],
  }),
  consumerLag: gauge(
    'wbiz_consumer_lag_records',
    'Commands and inbound records on the partitions of this process that are not handled, as of the last fetch.',
    { labels: ['group'] },
  ),
  consumerLagAge: gauge(
    'wbiz_consumer_lag_seconds',
    'Age of the oldest command or inbound record in hand; 0: there is none.',
    { labels: ['group'] },
  ),
  consumerWaiting: gauge(
    'wbiz_consumer_waiting_seconds',
    'How long the partition that has waited longest for a fault to pass has waited.',
    { labels: ['group'] },
  ),
  deadLetters: counter(
    'wbiz_dead_letters_total',
    'Records put aside because they cannot be handled, by the topic they were on.',
    { labels: ['topic'] },
  ),
  deadLettersWaiting: gauge(
    'wbiz_dead_letters_waiting_records',
    'Dead letters about which nothing was done yet, by the topic they were on, over all processes.',
    { labels: ['topic'], of: ['gateway'] },
  ),
  rpcRequests: histogram(
    'wbiz_rpc_request_duration_seconds',
    'Time a query of another service took. outcome: answered, refused (its no), fault (its failure), unavailable.',
    { labels: ['peer', 'outcome'] },
  ),
  silentReplicas: gauge(
    'wbiz_rpc_silent_replicas',
    'Replicas of another service that are asked nothing because they do not answer.',
    { labels: ['peer'] },
  ),
  kafkaProduce: histogram(
    'wbiz_kafka_produce_duration_seconds',
    'Time until Kafka had acknowledged a request with records. outcome: ok, or failed, after which the producer connects anew.',
    { labels: ['outcome'] },
  ),
  kafkaProduced: counter('wbiz_kafka_produced_records_total', 'Records that Kafka has acknowledged.'),
  postgresConnections: gauge(
    'wbiz_postgres_connections',
    'Connections of the pool of this process. state: busy, idle.',
    { labels: ['state'] },
  ),
  postgresWaiting: gauge(
    'wbiz_postgres_waiting_requests',
    'What waits for a connection of the pool; DATABASE_POOL is how many there are.',
  ),
  scrapeFaults: counter(
    'wbiz_metrics_faults_total',
    'Gauges that could not be asked for within a second, or at all: they show what they did before.',
  ),
} satisfies Readonly<Record<string, Described>>;

/** The table of metrics as Markdown, for docs/observability.md. */
export function metricsMarkdown(): string {
  const rows = Object.values<Described>(METRICS)
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map(
      ({ name, kind, labels, of, help }) =>
        `| \`${name}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${of?.join(', ') ?? 'all'} | ${help} |`,
    );
  return ['| metric | kind | labels | of | what it is |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}
