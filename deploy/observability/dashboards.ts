// The dashboards for Grafana, which `npm run specs` writes as JSON. Every metric in them must exist in the code.
import {
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  type Dashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { METRICS } from '@wbiz/service-kit/metrics';

const SOURCE = { type: 'prometheus', uid: '${source}' };
/** The size of a panel, in cells of Grafana's grid, which has 24 columns. */
const [WIDTH, HEIGHT] = [8, 7];

const name = (key: keyof typeof METRICS) => METRICS[key].name;

type Query = readonly [expr: string, legend: string];
type Unit = 's' | 'reqps' | 'percentunit' | 'short' | 'bytes';

function panel(title: string, unit: Unit, description: string, ...queries: readonly Query[]) {
  const made = new PanelBuilder().title(title).description(description).unit(unit).min(0);
  for (const [index, [expr, legend]] of queries.entries())
    made.withTarget(new DataqueryBuilder().refId('ABC'.charAt(index)).expr(expr).legendFormat(legend));
  return made.datasource(SOURCE).span(WIDTH).height(HEIGHT);
}
type Panel = ReturnType<typeof panel>;

const rate = (series: string, by: string) => `sum by (${by}) (rate(${series}[$__rate_interval]))`;
const quantile = (share: number, key: keyof typeof METRICS, labels = '', by = '') =>
  `histogram_quantile(${share}, sum by (le${by && `, ${by}`}) (rate(${name(key)}_bucket${labels}[$__rate_interval])))`;

const OVERVIEW: Readonly<Record<string, readonly Panel[]>> = {
  Requests: [
    panel('Requests', 'reqps', 'Of the API, by status.', [
      rate(`${name('httpDuration')}_count`, 'status'),
      '{{status}}',
    ]),
    panel(
      'Time of requests',
      's',
      'Of the API.',
      [quantile(0.5, 'httpDuration'), 'p50'],
      [quantile(0.99, 'httpDuration'), 'p99'],
    ),
    panel('Rate-limited requests', 'reqps', 'Answered with 429, by whose limit it is.', [
      rate(name('rateLimited'), 'scope'),
      '{{scope}}',
    ]),
  ],
  Sends: [
    panel('Sends', 'reqps', 'Attempts, by what came of them.', [
      rate(name('sends'), 'outcome'),
      '{{outcome}}',
    ]),
    panel("Meta's errors", 'reqps', 'Of sends, by code.', [
      rate(`${name('sends')}{code!="none"}`, 'code'),
      '{{code}}',
    ]),
    panel('Unknown outcomes', 'short', 'Sends of which it is unknown whether Meta took them.', [
      `sum(${name('unknownOutcomes')})`,
      'sends',
    ]),
    panel('Calls of Meta', 'reqps', 'By what came of them.', [
      rate(`${name('metaCalls')}_count`, 'outcome'),
      '{{outcome}}',
    ]),
    panel(
      'Time of calls of Meta',
      's',
      'Of sends, and of all else.',
      [quantile(0.95, 'metaCalls', '{operation="send_message"}'), 'sends p95'],
      [quantile(0.95, 'metaCalls', '{operation!="send_message"}'), 'others p95'],
    ),
    panel("Items of Meta's webhooks", 'reqps', 'What comes in.', [
      rate(name('metaItems'), 'kind'),
      '{{kind}}',
    ]),
    panel('Longest queues', 'short', 'Accepted sends that wait, of the phone numbers with most of them.', [
      `topk(10, sum by (phone_number_id) (${name('queueSends')}))`,
      '{{phone_number_id}}',
    ]),
    panel('Pace', 'percentunit', "Of Meta's throughput: the phone numbers that use most of it.", [
      `topk(10, max by (phone_number_id) (${name('paceUsed')}))`,
      '{{phone_number_id}}',
    ]),
    panel(
      'Campaigns',
      'short',
      'Those that may still send, and the people who wait in them.',
      [`max by (state) (${name('liveCampaigns')})`, '{{state}}'],
      [`max by (state) (${name('campaignRecipients')})`, 'people, {{state}}'],
    ),
  ],
  Webhooks: [
    panel('Deliveries', 'reqps', 'Attempts, by what came of them.', [
      rate(`${name('webhookAttempts')}_count`, 'outcome'),
      '{{outcome}}',
    ]),
    panel('Furthest behind', 's', 'Age of the oldest event that a webhook was not told of.', [
      `topk(10, max by (webhook_id) (${name('webhookLagAge')}))`,
      '{{webhook_id}}',
    ]),
    panel('Paused webhooks', 'short', 'Their endpoints fail.', [`sum(${name('webhooksPaused')})`, 'paused']),
  ],
  Events: [
    panel('Age of commands in hand', 's', 'The oldest of each service.', [
      `max by (service) (${name('consumerLagAge')})`,
      '{{service}}',
    ]),
    panel('Age of events in hand', 's', 'The oldest of each projection.', [
      `max by (service, projection) (${name('projectionLagAge')})`,
      '{{service}} {{projection}}',
    ]),
    panel('Lag of projections', 'short', 'Records that they have not seen.', [
      `sum by (service, projection) (${name('projectionLag')})`,
      '{{service}} {{projection}}',
    ]),
    panel('Outbox', 's', 'Age of the oldest event that is not on the log.', [
      `max by (service) (${name('outboxAge')})`,
      '{{service}}',
    ]),
    panel('Dead letters', 'short', 'Those that wait for somebody.', [
      `max by (topic) (${name('deadLettersWaiting')})`,
      '{{topic}}',
    ]),
    panel('Parked accounts', 'short', 'Their events wait since one of them cannot be applied.', [
      `max by (service, projection) (${name('parkedAccounts')})`,
      '{{service}} {{projection}}',
    ]),
  ],
  Processes: [
    panel('CPU', 'percentunit', 'Of one CPU, by process.', [
      'sum by (service, instance) (rate(process_cpu_seconds_total[$__rate_interval]))',
      '{{service}} {{instance}}',
    ]),
    panel('Memory', 'bytes', 'Resident, by process.', [
      'sum by (service, instance) (process_resident_memory_bytes)',
      '{{service}} {{instance}}',
    ]),
    panel('Event loop', 's', 'Of its turns, 1% come later than this.', [
      'max by (service) (nodejs_eventloop_lag_p99_seconds)',
      '{{service}}',
    ]),
    panel(
      'Connections to Postgres',
      'short',
      'Busy ones, and what waits for one.',
      [`sum by (service) (${name('postgresConnections')}{state="busy"})`, '{{service}} busy'],
      [`sum by (service) (${name('postgresWaiting')})`, '{{service}} waiting'],
    ),
    panel('Kafka', 's', 'Time until records are acknowledged.', [
      quantile(0.99, 'kafkaProduce', '', 'service'),
      '{{service}} p99',
    ]),
    panel('Queries of other services', 's', 'Time that they take.', [
      quantile(0.99, 'rpcRequests', '', 'peer'),
      '{{peer}} p99',
    ]),
  ],
};

const OF_NUMBERS = '{phone_number_id=~"$phone_number"}';
const OF_WEBHOOKS = '{webhook_id=~"$webhook"}';
const ofNumbers = (key: keyof typeof METRICS, how: 'sum' | 'max'): Query => [
  `${how} by (phone_number_id) (${name(key)}${OF_NUMBERS})`,
  '{{phone_number_id}}',
];
const ofWebhooks = (key: keyof typeof METRICS): Query => [
  `max by (webhook_id) (${name(key)}${OF_WEBHOOKS})`,
  '{{webhook_id}}',
];

const ONE_ACCOUNT: Readonly<Record<string, readonly Panel[]>> = {
  'Its phone numbers': [
    panel('Queue', 'short', 'Accepted sends that wait for their call.', ofNumbers('queueSends', 'sum')),
    panel('Age of the queue', 's', 'Of the oldest of them.', ofNumbers('queueAge', 'max')),
    panel(
      'Pace',
      'percentunit',
      "Of Meta's throughput; 98% is all that is used.",
      ofNumbers('paceUsed', 'max'),
    ),
    panel('Open calls', 'short', '128 at most; near it Meta is slow.', ofNumbers('openCalls', 'sum')),
    panel('Pause', 's', 'Meta has asked for patience.', ofNumbers('pauseLeft', 'max')),
    panel('Time of sends at Meta', 's', 'Of all accounts, to compare with.', [
      quantile(0.95, 'metaCalls', '{operation="send_message"}'),
      'p95',
    ]),
  ],
  'Its webhooks': [
    panel('Events behind', 'short', 'That the cursor has not passed.', ofWebhooks('webhookLag')),
    panel(
      'Seconds behind',
      's',
      'Age of the oldest event that was not delivered.',
      ofWebhooks('webhookLagAge'),
    ),
    panel('Deliveries', 'reqps', 'Of all accounts, to compare with.', [
      rate(`${name('webhookAttempts')}_count`, 'outcome'),
      '{{outcome}}',
    ]),
  ],
};

function dashboard(uid: string, title: string, description: string, rows: typeof OVERVIEW): DashboardBuilder {
  const made = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['wbiz'])
    .time({ from: 'now-3h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('source').label('Prometheus').type('prometheus'));
  for (const [row, panels] of Object.entries(rows)) {
    made.withRow(new RowBuilder(row));
    for (const one of panels) made.withPanel(one);
  }
  return made;
}

const chosen = (variable: string, label: string, of: keyof typeof METRICS, by: string) =>
  new QueryVariableBuilder(variable)
    .label(label)
    .query(`label_values(${name(of)}, ${by})`)
    .datasource(SOURCE)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .allowCustomValue(true);

/** The dashboards by file name. */
export const dashboards = (): Readonly<Record<string, Dashboard>> => ({
  'overview.json': dashboard(
    'wbiz-overview',
    'WBIZ overview',
    'All accounts, all services.',
    OVERVIEW,
  ).build(),
  'one-account.json': dashboard(
    'wbiz-one-account',
    'WBIZ one account',
    'No label holds an account: choose its phone numbers and webhooks. Only those with most to do have series of their own.',
    ONE_ACCOUNT,
  )
    .withVariable(chosen('phone_number', 'Phone numbers', 'queueSends', 'phone_number_id'))
    .withVariable(chosen('webhook', 'Webhooks', 'webhookLag', 'webhook_id'))
    .build(),
});
