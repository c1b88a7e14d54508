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
  } finally {
    await kafka.close();
  }
});
