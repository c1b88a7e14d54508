import { randomBytes } from 'node:crypto';
import { basename, extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SERVICES, topics, type Service } from '@wbiz/contracts/topics';
import {
  connectKafka,
  MIN_INSYNC,
  type KafkaAccess,
  type KafkaClient,
  type TopicSpec,
} from '@wbiz/eventing/kafka/kafka-client';
import pg from 'pg';
import { InvalidConfig, readConfig, requireSettings } from './config.js';
import { migrateSchema, type Migrations } from './database.module.js';
import { kafkaAccess } from './kafka-access.js';
import { kubernetesSecrets, ownCluster } from './kubernetes-secrets.js';
import { createLogger, type Logger } from './logging.js';
import { completed, secretFiles, type SecretFiles } from './secret-files.js';
import { PROVISION_SETTINGS } from './settings.js';

export type ProvisionOptions = {
  /** Must log in as a role that may create roles. */
  readonly databaseUrl: string;
  readonly kafka: KafkaAccess;
  readonly topicPrefix?: string | undefined;
  /** The passwords of the roles, by service; a service without one gets a new password. */
  readonly passwords?: Partial<Record<Service, string>>;
  readonly services?: readonly Service[];
  readonly eventsPartitions?: number;
  /** Replicas of each new topic; default: one per broker, 3 at most. */
  readonly replicationFactor?: number | undefined;
  /** Kafka's min.insync.replicas of new topics; default: one less than the replicas, at least 1. */
  readonly minInsyncReplicas?: number | undefined;
  readonly logger?: Logger;
};

/**
 * Makes what an installation needs before its services start: per service a schema and the one role that can see it,
 * two extensions that come with Postgres (pg_trgm, btree_gin), and all topics. Existing schemas, roles and topics stay;
 * the roles' passwords are set again. Resolves with each service's DATABASE_URL, and with the differences between
 * existing topics and those asked for.
 */
export async function provision(options: ProvisionOptions) {
  const { services = SERVICES } = options;
  const made = [makeRoles(options, services), makeTopics(options)] as const;
  await Promise.allSettled(made); // both must have ended before this throws
  const [databaseUrls, warnings] = await Promise.all(made);
  return { databaseUrls, warnings };
}

const silent = createLogger({ service: 'provision', replica: String(process.pid), level: 'fatal' });

/** Roles belong to the whole Postgres server, so a role's name begins with its database: `wbiz_messaging`. */
const roleOf = (database: string, service: Service) => `${database}_${service}`;

async function makeRoles({ databaseUrl, passwords = {} }: ProvisionOptions, services: readonly Service[]) {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'wbiz-provision' });
  client.on('error', () => undefined); // the query under way rejects with the same error
  await client.connect();
  try {
    const { rows } = await client.query<{ database: string }>('select current_database() as database');
    const { database } = rows[0]!;
    // One provisioning at a time: two would conflict in Postgres's catalogue.
    await client.query(`select pg_advisory_lock(hashtextextended('wbiz.provision', 0))`);
    // For searches of contacts and the inbox by trigrams, within an account.
    for (const extension of ['pg_trgm', 'btree_gin'])
      await client.query(`create extension if not exists ${extension}`);
    const made: [Service, string][] = [];
    for (const service of services) {
      const role = roleOf(database, service);
      const password = passwords[service] ?? randomBytes(32).toString('base64url');
      await makeRole(client, { database, service, role, password });
      const url = new URL(databaseUrl);
      url.username = encodeURIComponent(role);
      url.password = encodeURIComponent(password);
      made.push([service, url.href]);
    }
    return Object.fromEntries(made) as Record<Service, string>;
  } finally {
    await client.end();
  }
}

type Role = { database: string; service: Service; role: string; password: string };

async function makeRole(client: pg.Client, { database, service, role, password }: Role) {
  const name = client.escapeIdentifier(role);
  if (role.length > 63)
    throw new Error(
      `The role ${role} has ${role.length} characters, Postgres takes 63: shorten the name of the database.`,
    );
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
  if (!rowCount) await client.query(`create role ${name} login`);
  await client.query(`alter role ${name} with login password ${client.escapeLiteral(password)}`);
  // Unless it is a superuser, the current role must be a member of the role for which it makes a schema.
  await client.query(`grant ${name} to current_user`);
  await client.query(`create schema if not exists ${service} authorization ${name}`);
  await client.query(`revoke all on schema ${service} from public`);
  await client.query(`grant connect on database ${client.escapeIdentifier(database)} to ${name}`);
  await client.query(
    `alter role ${name} in database ${client.escapeIdentifier(database)} set search_path = ${service}`,
  );
}

const DAY_MS = 86_400_000;

/** All topics of an installation, without their numbers of replicas. */
export function wantedTopics({
  topicPrefix,
  services = SERVICES,
  eventsPartitions = 8,
}: Pick<ProvisionOptions, 'topicPrefix' | 'services' | 'eventsPartitions'>) {
  const name = topics(topicPrefix);
  return [
    ...services.map((service) => topic(name.commands(service), 8, DAY_MS)),
    topic(name.inbound, 8, 7 * DAY_MS),
    topic(name.inboundChanges, 8, 7 * DAY_MS),
    // Meta's webhooks have up to 3 MB. Kafka deletes only whole segments, so a segment covers one day at
    // most.
    topic(name.inboundRaw, 8, 30 * DAY_MS, {
      'max.message.bytes': '4194304',
      'segment.ms': String(DAY_MS),
    }),
    topic(name.events, eventsPartitions, -1),
    // Larger than on other topics: a dead letter also holds the reason why its record could not be handled.
    topic(name.deadLetters, 1, 30 * DAY_MS, { 'max.message.bytes': '2097152' }),
  ];
}

async function makeTopics(options: Omit<ProvisionOptions, 'databaseUrl'>): Promise<readonly string[]> {
  const { kafka: access, logger = silent } = options;
  const kafka = connectKafka({ ...access, clientId: 'wbiz-provision', logger });
  try {
    const durability = await durabilityFrom(options, kafka);
    const wanted: TopicSpec[] = wantedTopics(options).map(({ config, ...spec }) => ({
      ...spec,
      replicas: durability.replicas,
      config: { ...config, [MIN_INSYNC]: String(durability.minInsync) },
    }));
    await kafka.ensureTopics(wanted);
    const found = await kafka.durabilityOf(wanted.map(({ topic }) => topic));
    return found.flatMap((one) => differencesOf(one, durability));
  } finally {
    await kafka.close();
  }
}

type Durability = { readonly replicas: number; readonly minInsync: number };

async function durabilityFrom(
  { replicationFactor, minInsyncReplicas }: Omit<ProvisionOptions, 'databaseUrl'>,
  kafka: KafkaClient,
): Promise<Durability> {
  const replicas = replicationFactor ?? Math.min(3, await kafka.brokers());
  const minInsync = minInsyncReplicas ?? Math.max(1, replicas - 1);
  if (minInsync > replicas)
    throw new Error(
      `MIN_INSYNC_REPLICAS is ${minInsync}, but a topic has ${replicas} replicas (REPLICATION_FACTOR): Kafka would take nothing.`,
    );
  return { replicas, minInsync };
}

function differencesOf(
  { topic, replicas, minInsync }: Durability & { readonly topic: string },
  wanted: Durability,
): readonly string[] {
  const differences: string[] = [];
  if (replicas !== wanted.replicas)
    differences.push(
      `Topic ${topic} has ${replicas} replicas and not ${wanted.replicas} (REPLICATION_FACTOR). Move it with kafka-reassign-partitions.sh, or set REPLICATION_FACTOR=${replicas}.`,
    );
  if (minInsync !== wanted.minInsync)
    differences.push(
      `Topic ${topic} has ${MIN_INSYNC}=${minInsync} and not ${wanted.minInsync} (MIN_INSYNC_REPLICAS). Run kafka-configs.sh --alter --topic ${topic} --add-config ${MIN_INSYNC}=${wanted.minInsync}, or set MIN_INSYNC_REPLICAS=${minInsync}.`,
    );
  return differences;
}

/** Records are kept for `retentionMs`; -1: forever. */
const topic = (topic: string, partitions: number, retentionMs: number, config = {}) => ({
  topic,
  partitions,
  config: { 'retention.ms': String(retentionMs), 'cleanup.policy': 'delete', ...config },
});

/**
 * As a program: reads settings from the environment, and writes each service's secrets to SECRETS_DIR or
 * KUBERNETES_SECRETS.
 */
async function main(): Promise<void> {
  const config = readConfig(PROVISION_SETTINGS, process.env);
  if (!config.KUBERNETES_SECRETS) requireSettings(PROVISION_SETTINGS, config, ['SECRETS_DIR']);
  const store = config.KUBERNETES_SECRETS
    ? kubernetesSecrets(config.KUBERNETES_SECRETS, ownCluster(process.env))
    : secretFiles(config.SECRETS_DIR!);
  const kept = await store.read();
  const files = completed(kept, process.env, config.SECRET_KEY ?? []);
  const options = {
    kafka: kafkaAccess(config),
    topicPrefix: config.TOPIC_PREFIX,
    eventsPartitions: config.EVENTS_PARTITIONS,
    replicationFactor: config.REPLICATION_FACTOR,
    minInsyncReplicas: config.MIN_INSYNC_REPLICAS,
  };
  const { databaseUrls, warnings } = config.DATABASE_URL
    ? await provision({ ...options, databaseUrl: config.DATABASE_URL, passwords: passwordsIn(kept) })
    : { databaseUrls: databaseUrlsIn(kept), warnings: await makeTopics(options) };
  for (const warning of warnings) process.stderr.write(`provision: ${warning}\n`);
  for (const service of SERVICES) files[service].DATABASE_URL = databaseUrls[service];
  await store.write(files);
  if (config.MIGRATE) await migrateAll(databaseUrlsIn(await store.read()));
}

/** The folder of this file: dist, or src when run from sources. */
const HERE = basename(import.meta.dirname);
const EXTENSION = extname(import.meta.filename);

/** Migrates each service's schema, as the service's own role. */
async function migrateAll(databaseUrls: Record<Service, string>): Promise<void> {
  for (const service of SERVICES) {
    // Imported by path, since no library may depend on an app.
    const file = new URL(
      `../../../apps/${service}/${HERE}/migrations/migrations${EXTENSION}`,
      import.meta.url,
    );
    const { MIGRATIONS } = (await import(file.href)) as { MIGRATIONS: Migrations };
    const logger = createLogger({ service, replica: 'provision', level: 'info' });
    await migrateSchema({ service, url: databaseUrls[service], logger }, MIGRATIONS);
  }
}

function databaseUrlsIn(files: SecretFiles): Record<Service, string> {
  const lacking = SERVICES.filter((service) => !files[service].DATABASE_URL);
  if (lacking.length)
    throw new Error(
      `Without DATABASE_URL, as a role that may create roles, each service has to hold its own: ${lacking.join(', ')} does not.`,
    );
  return Object.fromEntries(SERVICES.map((service) => [service, files[service].DATABASE_URL!])) as Record<
    Service,
    string
  >;
}

function passwordsIn(files: SecretFiles): Partial<Record<Service, string>> {
  const known = SERVICES.flatMap((service) => {
    const { DATABASE_URL: url } = files[service];
    return url ? [[service, decodeURIComponent(new URL(url).password)]] : [];
  });
  return Object.fromEntries(known) as Partial<Record<Service, string>>;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  main().catch((error: unknown) => {
    process.stderr.write(
      `${error instanceof InvalidConfig ? error.message : String((error as Error).stack)}\n`,
    );
    process.exitCode = 1;
  });
