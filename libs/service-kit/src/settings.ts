import { SERVICES, type Service } from '@wbiz/contracts/topics';
import {
  address,
  addresses,
  file,
  flag,
  key,
  keys,
  mediaStore,
  namesOf,
  oneOf,
  pairs,
  port,
  proxies,
  share,
  someOf,
  text,
  url,
  whole,
  type Config,
  type Setting,
} from './config.js';

/** If all three are set, processes talk to each other over TLS and show each other certificates. */
export const RPC_TLS_SETTINGS = {
  RPC_TLS_CERT: file({
    description:
      'File with the certificate (PEM) that this process shows the others, for the host of RPC_ADVERTISE. With RPC_TLS_KEY and RPC_TLS_CA it puts all that goes over RPC_PORT on TLS.',
    optional: true,
    example: '/etc/wbiz/rpc/tls.crt',
  }),
  RPC_TLS_KEY: file({
    description: 'File with the key of RPC_TLS_CERT.',
    optional: true,
    example: '/etc/wbiz/rpc/tls.key',
  }),
  RPC_TLS_CA: file({
    description:
      'File with the authority whose certificates the others show: one for this installation alone.',
    optional: true,
    example: '/etc/wbiz/rpc/ca.crt',
  }),
};

/** How Kafka is reached, and as which principal. */
export const KAFKA_SETTINGS = {
  KAFKA_BROKERS: addresses({
    description: 'Kafka brokers to begin with.',
    example: '127.0.0.1:9092,127.0.0.1:9093',
  }),
  KAFKA_SSL: flag({
    description: 'Whether the brokers are reached over TLS, as they are where one of KAFKA_SSL_… is set.',
    fallback: 'false',
    example: 'true',
  }),
  KAFKA_SSL_CA: file({
    description: 'File with the authority of the certificates of the brokers, unless it is a public one.',
    optional: true,
    example: '/etc/wbiz/kafka/ca.crt',
  }),
  KAFKA_SSL_CERT: file({
    description: 'File with the certificate that the brokers ask for, where they do.',
    optional: true,
    example: '/etc/wbiz/kafka/tls.crt',
  }),
  KAFKA_SSL_KEY: file({
    description: 'File with the key of KAFKA_SSL_CERT.',
    optional: true,
    example: '/etc/wbiz/kafka/tls.key',
  }),
  KAFKA_SASL_MECHANISM: oneOf(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'])({
    description: 'How this process proves to the brokers who it is.',
    optional: true,
    example: 'scram-sha-512',
  }),
  KAFKA_SASL_USERNAME: text()({
    description: 'With plain and SCRAM: the name of this service at Kafka.',
    optional: true,
    example: 'wbiz-messaging',
  }),
  KAFKA_SASL_PASSWORD: text()({
    description: 'With plain and SCRAM: its password.',
    secret: true,
    optional: true,
    example: 'the output of openssl rand -hex 32',
  }),
  KAFKA_OAUTH_TOKEN_URL: url(
    'https',
    'http',
  )({
    description: 'With oauthbearer: where access tokens are given out for client credentials.',
    optional: true,
    example: 'https://login.example.com/oauth2/token',
  }),
  KAFKA_OAUTH_CLIENT_ID: text()({
    description: 'With oauthbearer: the id of this service there.',
    optional: true,
    example: 'wbiz-messaging',
  }),
  KAFKA_OAUTH_CLIENT_SECRET: text()({
    description: 'With oauthbearer: its secret.',
    secret: true,
    optional: true,
    example: 'from the server of KAFKA_OAUTH_TOKEN_URL',
  }),
  KAFKA_OAUTH_SCOPE: text()({
    description: 'With oauthbearer: the scope that is asked for.',
    optional: true,
    example: 'kafka',
  }),
};

const PROTOCOL = oneOf(['http/protobuf']);
const SAMPLER = oneOf([
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
]);

/** Traces, by OpenTelemetry's own variables. Off unless they name a collector or the exporter `otlp`. */
export const TRACES_SETTINGS = {
  OTEL_EXPORTER_OTLP_ENDPOINT: url(
    'http',
    'https',
  )({
    description:
      'Collector that traces are sent to by OTLP, at its `/v1/traces`; none are recorded unless set.',
    optional: true,
    example: 'http://otel-collector:4318',
  }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url(
    'http',
    'https',
  )({
    description: 'The same, with the whole path.',
    optional: true,
    example: 'http://otel-collector:4318/v1/traces',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: pairs({
    description: 'Headers of what is sent to the collector.',
    secret: true,
    optional: true,
    example: 'authorization=Bearer%20token',
  }),
  OTEL_EXPORTER_OTLP_PROTOCOL: PROTOCOL({
    description: 'How traces are sent; there is one way.',
    optional: true,
    example: 'http/protobuf',
  }),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: PROTOCOL({
    description: 'As OTEL_EXPORTER_OTLP_PROTOCOL.',
    optional: true,
    example: 'http/protobuf',
  }),
  OTEL_TRACES_EXPORTER: oneOf(['otlp', 'none'])({
    description:
      'With none no traces are recorded; with otlp they are, and go to http://localhost:4318 where no collector is named.',
    optional: true,
    example: 'otlp',
  }),
  OTEL_TRACES_SAMPLER: SAMPLER({
    description: 'Which traces are recorded.',
    fallback: 'parentbased_always_on',
    example: 'parentbased_traceidratio',
  }),
  OTEL_TRACES_SAMPLER_ARG: share({
    description: 'The share of them, where the sampler takes one.',
    fallback: '1',
    example: '0.05',
  }),
  OTEL_SERVICE_NAME: text()({
    description: 'Name of the service in traces; `wbiz-` and its name unless set.',
    optional: true,
    example: 'wbiz-messaging',
  }),
  OTEL_RESOURCE_ATTRIBUTES: pairs({
    description: 'What else traces tell of the process.',
    optional: true,
    example: 'deployment.environment.name=staging',
  }),
  OTEL_SDK_DISABLED: flag({
    description: 'With true no traces are recorded, whatever else is set.',
    fallback: 'false',
    example: 'true',
  }),
};

/** The environment variables of every service. */
export const SERVICE_SETTINGS = {
  HOST: text()({
    description: 'Address that everything this process opens binds to.',
    fallback: '127.0.0.1',
    example: '0.0.0.0',
  }),
  HEALTH_PORT: port({
    description: 'Port of `/health/live`, `/health/ready` and `/metrics`.',
    fallback: '8081',
    example: '8081',
  }),
  RPC_PORT: port({
    description: 'Port on which the other services ask queries and send replies.',
    fallback: '8082',
    example: '8082',
  }),
  RPC_ADVERTISE: address({
    description: 'Where the others reach RPC_PORT; HOST:RPC_PORT unless set.',
    optional: true,
    example: 'messaging-0.messaging:8082',
  }),
  RPC_SECRET: key({
    description:
      'By it the processes of an installation know each other before one answers the other. The same for all services.',
    secret: true,
    example: 'the output of openssl rand -base64 32',
  }),
  ...RPC_TLS_SETTINGS,
  DATABASE_URL: url(
    'postgres',
    'postgresql',
  )({
    description: "Postgres, as the service's own role.",
    secret: true,
    example: 'postgres://wbiz_messaging:password@127.0.0.1:5432/wbiz',
  }),
  DATABASE_POOL: whole(
    4,
    200,
  )({
    description: 'Most connections one process holds in its pool; two more stand outside it.',
    fallback: '10',
    example: '20',
  }),
  ...KAFKA_SETTINGS,
  TOPIC_PREFIX: text()({
    description: 'Put before the names of all topics and consumer groups.',
    optional: true,
    example: 'staging.',
  }),
  CLOUD_API_URL: url(
    'https',
    'http',
  )({
    description: "Meta's Graph API, or the simulator.",
    fallback: 'https://graph.facebook.com',
    example: 'http://127.0.0.1:4000',
  }),
  ...TRACES_SETTINGS,
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace'])({
    description: 'Lowest level that is logged. From debug on, phone numbers and message bodies are.',
    fallback: 'info',
    example: 'debug',
  }),
  MIGRATE_ON_START: flag({
    description:
      'Whether the service brings its schema up to date; otherwise it waits until something else has.',
    fallback: 'true',
    example: 'false',
  }),
  REPLICA: text()({
    description:
      'Name of this process among the replicas of the service, never to be used twice; made up unless set.',
    optional: true,
    example: 'messaging-7d9f-1',
  }),
};

/** The name of the environment variable for the addresses at which a service answers queries. */
export const peerSetting = (service: Service) =>
  `${service.toUpperCase()}_RPC` as `${Uppercase<Service>}_RPC`;

const peer = (service: Service): Setting<string[]> =>
  addresses({
    description: `Where ${service} answers queries; several replicas take turns.`,
    example: `${service}-0.${service}:8082,${service}-1.${service}:8082`,
  });

/** The settings for the addresses of each service. A process needs only those of the services it asks. */
export const PEER_SETTINGS = Object.fromEntries(
  SERVICES.map((service) => [peerSetting(service), peer(service)]),
) as Readonly<Record<`${Uppercase<Service>}_RPC`, Setting<string[]>>>;

const previous = (name: string) =>
  keys({
    description: `The keys before ${name}: still open what they sealed.`,
    secret: true,
    optional: true,
    example: `the ${name} of last year`,
  });
const KEY_EXAMPLE = 'the output of openssl rand -base64 32';

/** The environment variables of the services that open access tokens. */
export const TOKENS_SETTINGS = {
  TOKENS_KEY: key({
    description:
      'Key that seals the access tokens of accounts. The same for the gateway, messaging and templates.',
    secret: true,
    example: KEY_EXAMPLE,
  }),
  TOKENS_KEY_PREVIOUS: previous('TOKENS_KEY'),
};

/** The environment variables of the services that open webhook secrets. */
export const WEBHOOK_SECRETS_SETTINGS = {
  WEBHOOKS_KEY: key({
    description: 'Key that seals the secrets and headers of webhooks. The same for the gateway and webhooks.',
    secret: true,
    example: KEY_EXAMPLE,
  }),
  WEBHOOKS_KEY_PREVIOUS: previous('WEBHOOKS_KEY'),
};

/** The environment variables of the gateway's own sealing key. */
export const ANSWERS_SETTINGS = {
  ANSWERS_KEY: key({
    description: 'Key that seals the secret parts of answers that are kept for an `Idempotency-Key`.',
    secret: true,
    example: KEY_EXAMPLE,
  }),
  ANSWERS_KEY_PREVIOUS: previous('ANSWERS_KEY'),
};

/** The environment variables of the services that keep or read media. */
export const MEDIA_SETTINGS = {
  MEDIA_STORE: mediaStore({
    description:
      'Where media are kept, the same for the gateway, messaging and templates: a directory that they share, or a bucket with `?region=` and, for other servers than AWS, `endpoint=`; its credentials come from the environment as for the tools of AWS.',
    example: 's3://my-bucket/media?region=eu-central-1',
  }),
};

/** The environment variables of a service with a public HTTP API. */
export const HTTP_SETTINGS = {
  PORT: port({ description: 'Port of the public API.', fallback: '3000', example: '3000' }),
  HTTP_CONNECTIONS: whole(
    10,
    100_000,
  )({
    description: 'Most connections to the public API at once; further ones are closed unheard.',
    fallback: '4000',
    example: '10000',
  }),
  HTTP_DRAIN_MS: whole(
    0,
    300_000,
  )({
    description:
      'How long, once told to end, it still takes connections, in milliseconds. `/health/ready` answers 503 meanwhile, so that what stands in front of several gateways sends nothing more; give the process 10 s on top until it is killed.',
    fallback: '0',
    example: '5000',
  }),
  TRUST_PROXY: proxies({
    description:
      'The proxies in front, whose `X-Forwarded-For` then tells where a request comes from: their addresses and networks, or how many stand in a row where nobody reaches this port but through them.',
    optional: true,
    example: '10.0.0.0/8,127.0.0.1',
  }),
};

/**
 * The environment variable of the program that runs several services in one process; each service also reads its own.
 */
export const TOGETHER_SETTINGS = {
  WBIZ_TOGETHER: someOf(SERVICES)({
    description:
      'The services that this process runs. Each reads its settings as it does alone; with its name before it a variable is for one of them, as `CONTACTS_RPC_PORT` is, and each needs a HEALTH_PORT, an RPC_PORT and a DATABASE_URL of its own.',
    example: 'contacts,templates,campaigns,webhooks',
  }),
};

/** The environment variables of the program that makes roles, schemas and topics. */
export const PROVISION_SETTINGS = {
  DATABASE_URL: {
    ...SERVICE_SETTINGS.DATABASE_URL,
    description:
      'Postgres, as a role that may create roles. Without it roles and schemas have to be there, and a DATABASE_URL among the secrets of each service.',
    optional: true,
  } as Setting<string | undefined>,
  ...KAFKA_SETTINGS,
  TOPIC_PREFIX: SERVICE_SETTINGS.TOPIC_PREFIX,
  SECRETS_DIR: text()({
    description:
      'Directory of the secrets that it makes for each service and keeps: `<service>/secrets.env`, a line `NAME=value` each.',
    optional: true,
    example: '/var/lib/wbiz-secrets',
  }),
  KUBERNETES_SECRETS: namesOf(SERVICES)({
    description:
      "Instead of SECRETS_DIR, in a pod: the Secret of each service, in the pod's namespace. One that provisioning did not make has to be complete.",
    optional: true,
    example: SERVICES.map((service) => `${service}=wbiz-${service}-secrets`).join(','),
  }),
  MIGRATE: flag({
    description: 'Whether it brings the schemas of all services up to date too, as the role of each.',
    fallback: 'false',
    example: 'true',
  }),
  SECRET_KEY: keys({
    description:
      'The one key of all services that installations had before; what it sealed is still opened. Nothing else comes of it.',
    secret: true,
    optional: true,
    example: 'the SECRET_KEY of .env',
  }),
  EVENTS_PARTITIONS: whole(
    1,
    1000,
  )({
    description: 'Partitions of the shared log; fixed once the topic is made.',
    fallback: '8',
    example: '32',
  }),
  REPLICATION_FACTOR: whole(
    1,
    15,
  )({
    description:
      'On how many brokers each topic is kept when it is made; as many as there are, 3 at most, unless set.',
    optional: true,
    example: '3',
  }),
  MIN_INSYNC_REPLICAS: whole(
    1,
    15,
  )({
    description:
      'On how many of them a record stands before it is acknowledged; with fewer Kafka takes nothing. One less than REPLICATION_FACTOR, but 1 at least, unless set.',
    optional: true,
    example: '2',
  }),
};

export type ServiceConfig = Config<typeof SERVICE_SETTINGS>;
