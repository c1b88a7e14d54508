import { createHmac } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { SERVICES, topics, type Service } from '@wbiz/contracts/topics';
import {
  connectKafka,
  MIN_INSYNC,
  type KafkaClient,
  type TopicSpec,
} from '@wbiz/eventing/kafka/kafka-client';
import pg from 'pg';
import { InvalidConfig, readConfig } from './config.js';
import { createLogger, type Logger } from './logging.js';
import { PROVISION_SETTINGS } from './settings.js';

export type ProvisionOptions = {
  /** As a role that may create roles. */
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  readonly topicPrefix?: string | undefined;
  readonly secretKey: Buffer;
  readonly services?: readonly Service[];
  readonly eventsPartitions?: number;
  /** Of topics that are made; as many as there are brokers, 3 at most, unless set. */
  readonly replicationFactor?: number | undefined;
  /** One less than the replicas, but 1 at least, unless set. */
  readonly minInsyncReplicas?: number | undefined;
  readonly logger?: Logger;
};

/**
 * Makes what an installation needs before its services start: per service a schema and the one role that can see it,
 * two extensions that come with Postgres (pg_trgm, btree_gin), and all topics. What is there already stays; passwords are
 * set again. Resolves with each service's DATABASE_URL, and with what of the topics there is not as it was asked for.
 */
export async function provision(options: ProvisionOptions) {
  const { services = SERVICES, logger = silent } = options;
  const made = [makeRoles(options, services), makeTopics(options, services, logger)] as const;
  await Promise.allSettled(made); // so that nothing is still under way when this throws
  const [databaseUrls, warnings] = await Promise.all(made);
  return { databaseUrls, warnings };
}

const silent = createLogger({ service: 'provision', replica: String(process.pid), level: 'fatal' });

/** Roles belong to the whole Postgres server, so a role's name begins with its database: `wbiz_messaging`. */
const roleOf = (database: string, service: Service) => `${database}_${service}`;

async function makeRoles({ databaseUrl, secretKey }: ProvisionOptions, services: readonly Service[]) {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'wbiz-provision' });
  client.on('error', () => undefined); // the query under way rejects with it
  await client.connect();
  try {
    const { rows } = await client.query<{ database: string }>('select current_database() as database');
    const { database } = rows[0]!;
    // Two at once would trip over each other in the catalogue.
    await client.query(`select pg_advisory_lock(hashtextextended('wbiz.provision', 0))`);
    // Contacts and the inbox are searched by trigrams, within an account.
    for (const extension of ['pg_trgm', 'btree_gin'])
      await client.query(`create extension if not exists ${extension}`);
    const made: [Service, string][] = [];
    for (const service of services) {
      const role = roleOf(database, service);
      const password = createHmac('sha256', secretKey).update(`wbiz role ${role}`).digest('base64url');
      await makeRole(client, { database, service, role, password });
      const url = new URL(databaseUrl);
      url.username = encodeURIComponent(role);
      url.password = password;
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
  // A role that is no superuser must be a member of the role it makes a schema for.
  await client.query(`grant ${name} to current_user`);
  await client.query(`create schema if not exists ${service} authorization ${name}`);
  await client.query(`revoke all on schema ${service} from public`);
  await client.query(`grant connect on database ${client.escapeIdentifier(database)} to ${name}`);
  await client.query(
    `alter role ${name} in database ${client.escapeIdentifier(database)} set search_path = ${service}`,
  );
}

const DAY_MS = 86_400_000;

async function makeTopics(
  options: ProvisionOptions,
  services: readonly Service[],
  logger: Logger,
): Promise<readonly string[]> {
  const { brokers, topicPrefix, eventsPartitions = 8 } = options;
  const name = topics(topicPrefix);
  const kafka = connectKafka({ brokers, clientId: 'wbiz-provision', logger });
  try {
    const durability = await durabilityFrom(options, kafka);
    const topic = topicWith(durability);
    const wanted = [
      ...services.map((service) => topic(name.commands(service), 8, DAY_MS)),
      topic(name.inbound, 8, 7 * DAY_MS),
      topic(name.inboundChanges, 8, 7 * DAY_MS),
      // A body has up to 3 MB. Old segments go as a whole, so there is one a day.
      topic(name.inboundRaw, 8, 30 * DAY_MS, {
        'max.message.bytes': '4194304',
        'segment.ms': String(DAY_MS),
      }),
      topic(name.events, eventsPartitions, -1),
      // Larger than any other: a letter is the record and why it could not be handled.
      topic(name.deadLetters, 1, 30 * DAY_MS, { 'max.message.bytes': '2097152' }),
    ];
    await kafka.ensureTopics(wanted);
    const found = await kafka.durabilityOf(wanted.map(({ topic }) => topic));
    return found.flatMap((one) => differencesOf(one, durability));
  } finally {
    await kafka.close();
  }
}

type Durability = { readonly replicas: number; readonly minInsync: number };

async function durabilityFrom(
  { replicationFactor, minInsyncReplicas }: ProvisionOptions,
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

/** Kept `retentionMs` long; -1: for ever. */
const topicWith =
  ({ replicas, minInsync }: Durability) =>
  (topic: string, partitions: number, retentionMs: number, config = {}): TopicSpec => ({
    topic,
    partitions,
    replicas,
    config: {
      'retention.ms': String(retentionMs),
      'cleanup.policy': 'delete',
      [MIN_INSYNC]: String(minInsync),
      ...config,
    },
  });

/** As a program: settings from the environment, `{ "databaseUrls": … }` on stdout. */
async function main(): Promise<void> {
  const config = readConfig(PROVISION_SETTINGS, process.env);
  const { databaseUrls, warnings } = await provision({
    databaseUrl: config.DATABASE_URL,
    brokers: config.KAFKA_BROKERS,
    topicPrefix: config.TOPIC_PREFIX,
    secretKey: config.SECRET_KEY,
    eventsPartitions: config.EVENTS_PARTITIONS,
    replicationFactor: config.REPLICATION_FACTOR,
    minInsyncReplicas: config.MIN_INSYNC_REPLICAS,
  });
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
  process.stdout.write(`${JSON.stringify({ databaseUrls })}\n`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  main().catch((error: unknown) => {
    process.stderr.write(
      `${error instanceof InvalidConfig ? error.message : String((error as Error).stack)}\n`,
    );
    process.exitCode = 1;
  });
