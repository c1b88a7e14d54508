import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** The values given to the chart; all others have the chart's defaults. */
export type Values = Readonly<Record<string, unknown>>;

const META = { existingSecret: 'meta' };
const ADMIN = { adminSecret: 'postgres-admin' };
const SERVICES = ['gateway', 'messaging', 'contacts', 'templates', 'campaigns', 'webhooks'];
const each = <T>(of: (service: string) => T) =>
  Object.fromEntries(SERVICES.map((service) => [service, of(service)]));

const minimal = {
  kafka: { brokers: 'kafka:9092' },
  postgres: { adminUrl: 'postgres://admin:p%3A1%2F@postgres:5433/wbiz' },
  meta: { appSecret: 'app-secret', verifyToken: 'verify-token' },
};

const sasl = (mechanism: string, more: object = {}) => ({
  kafka: {
    brokers: 'b-1.kafka.example.com:9096,b-2.kafka.example.com:9196',
    tls: { enabled: true },
    sasl: { mechanism, existingSecret: 'kafka-credentials', ...more },
  },
  postgres: ADMIN,
  meta: META,
  services: each((service) => ({
    autoscaling: { enabled: service !== 'gateway' },
  })),
});

const everything = {
  image: {
    repository: 'registry.example.com/wbiz',
    digest: `sha256:${'0'.repeat(64)}`,
    pullSecrets: ['registry'],
  },
  settings: {
    LOG_LEVEL: 'debug',
    DATABASE_POOL: 20,
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.tracing:4318',
  },
  kafka: {
    brokers: 'kafka-1:9093,kafka-2:9093',
    topicPrefix: 'staging.',
    eventsPartitions: 32,
    replicationFactor: 3,
    minInsyncReplicas: 2,
    tls: { enabled: true, caSecret: 'kafka-ca' },
    sasl: { mechanism: 'scram-sha-512' },
  },
  postgres: { ...ADMIN, caSecret: 'postgres-ca', port: 6432 },
  settingsSecret: 'settings',
  secrets: { formerKeySecret: 'former' },
  meta: META,
  media: {
    store: 's3://media/wbiz?region=eu-central-1&endpoint=https://minio.example.com:9000',
    existingSecret: 'bucket',
  },
  rpc: { tlsSecret: 'rpc-tls', clusterDomain: 'cluster.example.com' },
  services: each((service) => ({
    autoscaling: { enabled: true, min: 3, max: 6, ...(service === 'gateway' ? { cpu: 60 } : { lag: 900 }) },
    kafkaSecret: `kafka-${service}`,
    serviceAccountAnnotations: { 'example.com/role': service },
    settings: {
      gateway: { HTTP_CONNECTIONS: 10000, TRUST_PROXY: '10.0.0.0/8' },
      messaging: { OUTCOME_GRACE_MS: 60000, CLOUD_API_TIMEOUT_MS: 20000 },
      campaigns: { CAMPAIGN_START_GRACE_MS: 7200000, LOG_LEVEL: 'warn' },
      webhooks: { WEBHOOKS_ALLOW_NETWORKS: '10.1.2.3,192.168.7.0/24, fd00::1' },
    }[service],
  })),
  pods: {
    annotations: { 'example.com/team': 'messaging' },
    nodeSelector: { disk: 'ssd' },
    tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }],
    priorityClassName: 'important',
  },
  provision: { kafkaSecret: 'kafka-provision', timeoutSeconds: 3600 },
  ingress: {
    enabled: true,
    className: 'nginx',
    host: 'api.example.com',
    paths: ['/api/v1', '/api/meta/webhook'],
    tlsSecret: 'api-tls',
  },
  gatewayApi: {
    enabled: true,
    parentRefs: [{ name: 'public', namespace: 'gateways' }],
    hostnames: ['api.example.com'],
  },
  networkPolicy: {
    publicFrom: [{ namespaceSelector: { matchLabels: { name: 'ingress' } } }],
    monitoringFrom: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }],
    kafkaTo: [{ ipBlock: { cidr: '10.2.0.0/16' } }],
    postgresTo: [{ ipBlock: { cidr: '10.3.0.0/16' } }],
    privateNetworks: ['10.0.0.0/8', 'fd00::/8'],
    extraEgress: [{ to: [{ namespaceSelector: {} }], ports: [{ port: 4318, protocol: 'TCP' }] }],
  },
  monitoring: {
    serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
    prometheusRule: { enabled: true, labels: { release: 'prometheus' } },
    dashboards: { enabled: true },
  },
};

const strimzi = (authentication: string) => ({
  strimzi: { enabled: true, cluster: 'events', authentication },
  kafka: { topicPrefix: 'staging.', eventsPartitions: 16 },
  postgres: ADMIN,
  meta: META,
  services: each((service) => ({ autoscaling: { enabled: service !== 'gateway' } })),
});

/** The example values in the chart's README. */
const README = /<<'VALUES'\n([^]*?)VALUES/.exec(
  readFileSync(new URL('../wbiz/README.md', import.meta.url), 'utf8'),
)![1]!;

/** The installations that are tested, by name. */
export const CASES: Readonly<Record<string, { readonly values: Values; readonly release?: object }>> = {
  README: { values: parse(README) as Values },
  minimal: { values: minimal },
  'minimal, upgraded': { values: minimal, release: { revision: 2, is_install: false, is_upgrade: true } },
  'another release': { values: minimal, release: { name: 'staging' } },
  everything: { values: everything },
  'everything off': {
    values: {
      ...minimal,
      networkPolicy: { enabled: false },
      media: { store: 's3://m' },
      services: { gateway: { drainSeconds: 0 } },
    },
  },
  'managed Kafka, plain': { values: sasl('plain') },
  'managed Kafka, plain, given by values': {
    values: { ...sasl('plain', { existingSecret: '', username: 'wbiz', password: 'secret' }) },
  },
  'managed Kafka, SCRAM-SHA-256': { values: sasl('scram-sha-256') },
  'managed Kafka, SCRAM-SHA-512': { values: sasl('scram-sha-512') },
  'managed Kafka, OAUTHBEARER': {
    values: sasl('oauthbearer', {
      usernameKey: 'id',
      passwordKey: 'secret',
      oauth: { tokenUrl: 'https://login.example.com:8443/token', scope: 'kafka' },
    }),
  },
  'managed Kafka, client certificates': {
    values: {
      ...minimal,
      kafka: {
        brokers: 'kafka:9094',
        tls: { enabled: true, caSecret: 'kafka-ca', clientCertificates: true },
        sasl: { existingSecret: 'kafka-certificates' },
      },
      services: { contacts: { autoscaling: { enabled: true } } },
    },
  },
  'existing secrets': {
    values: {
      kafka: minimal.kafka,
      meta: META,
      secrets: { existing: each((service) => `own-${service}`) },
    },
  },
  'Strimzi, SCRAM': { values: strimzi('scram-sha-512') },
  'Strimzi, TLS': { values: strimzi('tls') },
  simulator: { values: { ...minimal, meta: {}, simulator: { enabled: true } } },
  'IPv6, with TLS between the services': {
    values: { ...minimal, rpc: { ipv6: true, tlsSecret: 'rpc-tls' } },
  },
};

const without = (key: keyof typeof minimal) => ({ ...minimal, [key]: {} });
const and = (more: object) => ({ ...minimal, ...more });

/** Values that the chart must refuse, each with a text that the refusal must contain. */
export const REFUSED: readonly (readonly [why: string, values: Values])[] = [
  ['kafka.brokers is missing', without('kafka')],
  ['postgres.adminUrl or postgres.adminSecret is missing', without('postgres')],
  ['meta.existingSecret, or meta.appSecret and meta.verifyToken, is missing', without('meta')],
  ['/kafka/brokers', and({ kafka: { brokers: 'http://kafka:9092' } })],
  ['/kafka/sasl/mechanism', and({ kafka: { brokers: 'k:1', sasl: { mechanism: 'gssapi' } } })],
  [
    'needs kafka.sasl.existingSecret',
    and({ kafka: { brokers: 'k:1', sasl: { mechanism: 'plain', username: 'wbiz' } } }),
  ],
  [
    'kafka.sasl.oauth.tokenUrl is missing',
    and({ kafka: { brokers: 'k:1', sasl: { mechanism: 'oauthbearer', existingSecret: 'k' } } }),
  ],
  ['/postgres/adminUrl', and({ postgres: { adminUrl: 'mysql://a@b/c' } })],
  [
    'services.contacts.autoscaling.min is larger than max',
    and({ services: { contacts: { autoscaling: { min: 9, max: 8 } } } }),
  ],
  ['/services/gateway/replicas', and({ services: { gateway: { replicas: 0 } } })],
  ['/services/gateway/autoscaling', and({ services: { gateway: { autoscaling: { lag: 5 } } } })],
  ['/services/contacts/settings', and({ services: { contacts: { settings: { TRUST_PROXY: '1' } } } })],
  ['/settings', and({ settings: { TOKENS_KEY: 'x' } })],
  ['/settings', and({ settings: { LOG_LEVLE: 'debug' } })],
  ["additional properties 'service' not allowed", and({ service: {} })],
  ['/media/store', and({ media: { store: '/var/media' } })],
  ['/networkPolicy/extraEgress/0', and({ networkPolicy: { extraEgress: [{ to: [] }] } })],
  ['networkPolicy.monitoringFrom is missing', and({ monitoring: { serviceMonitor: { enabled: true } } })],
  [
    'networkPolicy.extraEgress is missing',
    and({ settings: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318' } }),
  ],
  ['/ingress/paths/0', and({ ingress: { paths: ['api'] } })],
  ['/gatewayApi/paths', and({ gatewayApi: { paths: [] } })],
  ['ingress.host is missing', and({ ingress: { enabled: true } })],
  ['gatewayApi.parentRefs is missing', and({ gatewayApi: { enabled: true } })],
  ['strimzi.cluster is missing', and({ strimzi: { enabled: true } })],
  [
    'leave out kafka.sasl',
    and({
      strimzi: { enabled: true, cluster: 'events' },
      kafka: { sasl: { mechanism: 'plain', existingSecret: 'k' } },
    }),
  ],
];
