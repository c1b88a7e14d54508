import { SERVICES, type Service } from '@wbiz/contracts/topics';
import {
  address,
  addresses,
  flag,
  key,
  mediaStore,
  oneOf,
  port,
  proxies,
  text,
  url,
  whole,
  type Config,
  type Setting,
} from './config.js';

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
  KAFKA_BROKERS: addresses({
    description: 'Kafka brokers to begin with.',
    example: '127.0.0.1:9092,127.0.0.1:9093',
  }),
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
  SECRET_KEY: key({
    description: 'Key that seals access tokens. The same for all services.',
    secret: true,
    example: 'the output of openssl rand -base64 32',
  }),
  SECRET_KEY_PREVIOUS: key({
    description: 'The key before the present one: still opens what it sealed.',
    secret: true,
    optional: true,
    example: 'the SECRET_KEY of last year',
  }),
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

/** The environment variable that says where a service answers queries. */
export const peerSetting = (service: Service) =>
  `${service.toUpperCase()}_RPC` as `${Uppercase<Service>}_RPC`;

const peer = (service: Service): Setting<string[]> =>
  addresses({
    description: `Where ${service} answers queries; several replicas take turns.`,
    example: `${service}-0.${service}:8082,${service}-1.${service}:8082`,
  });

/** Where the peers of a service are; only a service that asks them needs their variable. */
export const PEER_SETTINGS = Object.fromEntries(
  SERVICES.map((service) => [peerSetting(service), peer(service)]),
) as Readonly<Record<`${Uppercase<Service>}_RPC`, Setting<string[]>>>;

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
  TRUST_PROXY: proxies({
    description:
      'The proxies in front, whose `X-Forwarded-For` then tells where a request comes from: their addresses and networks, or how many stand in a row where nobody reaches this port but through them.',
    optional: true,
    example: '10.0.0.0/8,127.0.0.1',
  }),
};

/** The environment variables of the program that makes roles, schemas and topics. */
export const PROVISION_SETTINGS = {
  DATABASE_URL: {
    ...SERVICE_SETTINGS.DATABASE_URL,
    description: 'Postgres, as a role that may create roles.',
  },
  KAFKA_BROKERS: SERVICE_SETTINGS.KAFKA_BROKERS,
  TOPIC_PREFIX: SERVICE_SETTINGS.TOPIC_PREFIX,
  SECRET_KEY: SERVICE_SETTINGS.SECRET_KEY,
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
