import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SERVICES, topics } from '@wbiz/contracts/topics';
import { connectKafka } from '@wbiz/eventing/kafka/kafka-client';
import { NODE_ON_SOURCES } from '@wbiz/testing/node-on-sources';
import { embeddedStack, freshDatabase, topicPrefix } from '@wbiz/testing/stack';
import pg from 'pg';
import { createLogger } from './logging.js';
import { provision } from './provision.js';
import { readSecretFiles } from './secret-files.js';
import { Secrets } from './sealing.js';

const prefix = topicPrefix();
const embeddedKafka = () => ({ brokers: embeddedStack().brokers });
let database: Awaited<ReturnType<typeof freshDatabase>>;
let urls: Record<string, string>;
const asked = () => ({
  databaseUrl: database.url,
  kafka: embeddedKafka(),
  topicPrefix: prefix,
  eventsPartitions: 3,
});

beforeAll(async () => {
  database = await freshDatabase();
  urls = (await provision(asked())).databaseUrls;
});
afterAll(() => database.drop());

async function as<T>(service: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: urls[service] });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

describe('roles', () => {
  it('gives every service a role that works in its own schema without naming it', async () => {
    expect(Object.keys(urls).sort()).toEqual([...SERVICES].sort());
    for (const service of SERVICES) {
      await as(service, (client) => client.query('create table note (text text)'));
      const { rows } = await as(service, (client) =>
        client.query(`select to_regclass('${service}.note') is not null as there`),
      );
      expect(rows).toEqual([{ there: true }]);
    }
  });

  it.each(SERVICES)(
    'shuts %s out of the schemas of all others, for reading, writing and making',
    async (service) => {
      for (const other of SERVICES.filter((one) => one !== service)) {
        for (const statement of [
          `select * from ${other}.note`,
          `insert into ${other}.note values ('x')`,
          `create table ${other}.mine ()`,
        ])
          await expect(as(service, (client) => client.query(statement))).rejects.toMatchObject({
            code: '42501',
          });
      }
      await expect(as(service, (client) => client.query('create role another'))).rejects.toMatchObject({
        code: '42501',
      });
      await expect(
        as(service, (client) => client.query('create table public.mine ()')),
      ).rejects.toMatchObject({ code: '42501' });
    },
  );

  it('may be run again, at the same time too, and gives the same addresses and keeps what is there', async () => {
    const passwords = Object.fromEntries(
      Object.entries(urls).map(([service, url]) => [service, new URL(url).password]),
    );
    const again = await Promise.all([
      provision({ ...asked(), passwords }),
      provision({ ...asked(), passwords }),
    ]);
    for (const { databaseUrls } of again) expect(databaseUrls).toEqual(urls);
    expect((await as('messaging', (client) => client.query('select * from note'))).rows).toEqual([]);
  });

  it('sets new passwords where none are given', async () => {
    const { databaseUrls } = await provision(asked());
    await expect(as('messaging', (client) => client.query('select 1'))).rejects.toMatchObject({
      code: '28P01',
    });
    urls = databaseUrls;
    await as('messaging', (client) => client.query('select 1'));
  });
});

it('makes all topics: the shared log with the partitions asked for, kept for ever', async () => {
  const name = topics(prefix);
  const logger = createLogger({ service: 't', replica: 't', level: 'fatal' });
  const kafka = connectKafka({ brokers: embeddedStack().brokers, clientId: 't', logger });
  try {
    expect(await kafka.partitionsOf(name.events)).toBe(3);
    for (const topic of [...SERVICES.map(name.commands), name.inbound, name.inboundChanges, name.inboundRaw])
      expect(await kafka.partitionsOf(topic)).toBe(8);
    expect(await kafka.partitionsOf(name.deadLetters)).toBe(1);
    await expect(provision({ ...asked(), eventsPartitions: 4 })).rejects.toThrow(
      'has 3 partitions and not 4',
    );
    // The embedded Kafka has one broker, hence one replica.
    expect(await kafka.durabilityOf([name.events])).toEqual([
      { topic: name.events, replicas: 1, minInsync: 1 },
    ]);
  } finally {
    await kafka.close();
  }
});

it('keeps each record on as many brokers as asked for, and tells of topics that are kept on fewer', async () => {
  const { events } = topics(prefix);
  const own = topicPrefix();
  await provision({ ...asked(), topicPrefix: own, replicationFactor: 1, minInsyncReplicas: 1 });
  expect((await provision(asked())).warnings).toEqual([]);
  const { warnings } = await provision({ ...asked(), replicationFactor: 3 });
  expect(warnings).toHaveLength(2 * (SERVICES.length + 5));
  expect(warnings).toContain(
    `Topic ${events} has 1 replicas and not 3 (REPLICATION_FACTOR). Move it with kafka-reassign-partitions.sh, or set REPLICATION_FACTOR=1.`,
  );
  expect(warnings).toContain(
    `Topic ${events} has min.insync.replicas=1 and not 2 (MIN_INSYNC_REPLICAS). Run kafka-configs.sh --alter --topic ${events} --add-config min.insync.replicas=2, or set MIN_INSYNC_REPLICAS=1.`,
  );
  await expect(provision({ ...asked(), minInsyncReplicas: 2 })).rejects.toThrow(
    'MIN_INSYNC_REPLICAS is 2, but a topic has 1 replicas (REPLICATION_FACTOR): Kafka would take nothing.',
  );
  await expect(provision({ ...asked(), topicPrefix: topicPrefix(), replicationFactor: 3 })).rejects.toThrow(
    'is to have 3 replicas, but the cluster has 1 brokers.',
  );
});

describe('as a program', () => {
  let dir: string;
  let own: Awaited<ReturnType<typeof freshDatabase>>;
  beforeAll(async () => {
    [dir, own] = await Promise.all([mkdtemp(join(tmpdir(), 'wbiz-secrets-')), freshDatabase()]);
  });
  afterAll(() => Promise.all([rm(dir, { recursive: true }), own.drop()]));

  const run = async (more: NodeJS.ProcessEnv = {}) => {
    const program = fileURLToPath(new URL('./provision.ts', import.meta.url));
    const env = {
      PATH: process.env['PATH'],
      DATABASE_URL: own.url,
      KAFKA_BROKERS: embeddedStack().brokers.join(','),
      TOPIC_PREFIX: `${prefix}program.`,
      SECRETS_DIR: dir,
      ...more,
    };
    const cwd = fileURLToPath(new URL('..', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [...NODE_ON_SOURCES, program], {
      env,
      cwd,
    });
    if (!more['MIGRATE']) expect(stdout).toBe('');
    return readSecretFiles(dir);
  };
  const loginAs = async (url: string, password: string) => {
    const as = new URL(url);
    as.password = encodeURIComponent(password);
    const client = new pg.Client({ connectionString: as.href });
    try {
      await client.connect();
    } finally {
      await client.end();
    }
  };

  it('gives each service what is its own, and what it shares only with those it shares it with', async () => {
    const files = await run();
    const holdersOf = (name: string) => SERVICES.filter((service) => files[service][name]);
    const shared = (name: string) => new Set(SERVICES.flatMap((service) => files[service][name] ?? [])).size;
    expect(holdersOf('TOKENS_KEY')).toEqual(['gateway', 'messaging', 'templates']);
    expect(holdersOf('WEBHOOKS_KEY')).toEqual(['gateway', 'webhooks']);
    expect(holdersOf('ANSWERS_KEY')).toEqual(['gateway']);
    expect(holdersOf('RPC_SECRET')).toEqual(SERVICES);
    expect(['TOKENS_KEY', 'WEBHOOKS_KEY', 'RPC_SECRET', 'DATABASE_URL'].map(shared)).toEqual([1, 1, 1, 6]);
    for (const service of SERVICES) {
      const { mode } = await stat(join(dir, service, 'secrets.env'));
      expect(mode & 0o777).toBe(0o600);
    }
  });

  it('leaves who has stolen what one service holds with no way into the tables of another', async () => {
    const files = await run();
    for (const thief of SERVICES) {
      const texts = Object.entries(files[thief]).map(([name, value]) =>
        name === 'DATABASE_URL' ? new URL(value!).password : value!,
      );
      const keys = texts.map((text) => Buffer.from(text, 'base64'));
      for (const victim of SERVICES.filter((service) => service !== thief)) {
        const url = files[victim].DATABASE_URL!;
        const role = new URL(url).username;
        const derived = keys.map((key) =>
          createHmac('sha256', key).update(`wbiz role ${role}`).digest('base64url'),
        );
        for (const password of [...texts, ...derived])
          await expect(loginAs(url, password)).rejects.toMatchObject({ code: '28P01' });
      }
    }
  }, 60_000);

  it('changes nothing when it runs again, and completes what is gone', async () => {
    const before = await run();
    expect(await run()).toEqual(before);
    await rm(join(dir, 'messaging'), { recursive: true });
    const { messaging, ...others } = await run();
    expect(others).toEqual(
      Object.fromEntries(Object.entries(before).filter(([name]) => name !== 'messaging')),
    );
    expect(messaging['TOKENS_KEY']).toBe(before.gateway['TOKENS_KEY']);
    expect(messaging['RPC_SECRET']).toBe(before.gateway['RPC_SECRET']);
    await loginAs(messaging.DATABASE_URL!, new URL(messaging.DATABASE_URL!).password);
  });

  it('brings the schemas up to date when asked, as the role of each service', async () => {
    const files = await run({ MIGRATE: 'true' });
    for (const service of SERVICES) {
      const client = new pg.Client({ connectionString: files[service].DATABASE_URL });
      await client.connect();
      const { rows } = await client.query(
        `select tableowner as owner, count(*) > 3 as many from pg_tables where schemaname = $1 group by 1`,
        [service],
      );
      const done = await client.query('select name from migrations');
      await client.end();
      expect(rows).toEqual([{ owner: new URL(files[service].DATABASE_URL!).username, many: true }]);
      expect(done.rows.length).toBeGreaterThan(2);
    }
  }, 60_000);

  it('makes no roles without a DATABASE_URL: those of the services have to be there', async () => {
    const before = await run();
    expect(await run({ DATABASE_URL: '' })).toEqual(before);
    const none = mkdtemp(join(tmpdir(), 'wbiz-secrets-'));
    await expect(run({ DATABASE_URL: '', SECRETS_DIR: await none })).rejects.toThrow(
      `each service has to hold its own: ${SERVICES.join(', ')} does not.`,
    );
    await expect(run({ SECRETS_DIR: '' })).rejects.toThrow('SECRETS_DIR  is missing');
    await rm(await none, { recursive: true });
  });

  it('takes over an installation with one SECRET_KEY: what it sealed opens, the passwords are others', async () => {
    const old = randomBytes(32);
    const sealed = new Secrets({ key: old }).seal('token', 'acc_1');
    const files = await run({ SECRET_KEY: old.toString('base64') });
    const open = (service: 'gateway' | 'webhooks', name: string) => {
      const [key, previous] = [files[service][name]!, files[service][`${name}_PREVIOUS`]!];
      const keys = previous.split(',').map((one) => Buffer.from(one, 'base64'));
      return new Secrets({ key: Buffer.from(key, 'base64'), previous: keys }).unseal(sealed, 'acc_1');
    };
    expect(open('gateway', 'TOKENS_KEY')).toBe('token');
    expect(open('gateway', 'ANSWERS_KEY')).toBe('token');
    expect(open('webhooks', 'WEBHOOKS_KEY')).toBe('token');
    expect(files.messaging).not.toHaveProperty('TOKENS_KEY_PREVIOUS');
    expect(await run()).toEqual(files);
  });
});
