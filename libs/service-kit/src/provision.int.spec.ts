import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { SERVICES, topics } from '@wbiz/contracts/topics';
import { connectKafka } from '@wbiz/eventing/kafka/kafka-client';
import { embeddedStack, freshDatabase, topicPrefix } from '@wbiz/testing/stack';
import pg from 'pg';
import { createLogger } from './logging.js';
import { provision } from './provision.js';

const prefix = topicPrefix();
const secretKey = randomBytes(32);
let database: Awaited<ReturnType<typeof freshDatabase>>;
let urls: Record<string, string>;
const asked = () => ({
  databaseUrl: database.url,
  brokers: embeddedStack().brokers,
  topicPrefix: prefix,
  secretKey,
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
    const again = await Promise.all([provision(asked()), provision(asked())]);
    for (const { databaseUrls } of again) expect(databaseUrls).toEqual(urls);
    expect((await as('messaging', (client) => client.query('select * from note'))).rows).toEqual([]);
  });

  it('sets new passwords when the key is another', async () => {
    const { databaseUrls } = await provision({ ...asked(), secretKey: randomBytes(32) });
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
    // Of the one broker there is.
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
