import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { newId } from '@wbiz/contracts/ids';
import { SERVICES, topics, type Service } from '@wbiz/contracts/topics';
import { classifyFault } from '@wbiz/eventing/fault';
import { commandRecord } from '@wbiz/eventing/kafka/command-record';
import { ConsumerHealth } from '@wbiz/eventing/kafka/consumer-health';
import { findSequence } from '@wbiz/eventing/kafka/find-sequence';
import { connectKafka, type KafkaClient } from '@wbiz/eventing/kafka/kafka-client';
import { readBetween } from '@wbiz/eventing/kafka/read-between';
import { allow } from '@wbiz/testing/kafka-rights';
import { certificatesIn } from '@wbiz/testing/certificates';
import { freePort, freshDatabase, until } from '@wbiz/testing/stack';
import type { InvalidConfig } from './config.js';
import { readConfig } from './config.js';
import { kafkaAccess } from './kafka-access.js';
import { kafkaAcls } from './kafka-acls.js';
import { createLogger } from './logging.js';
import { provision } from './provision.js';
import { startService } from './run-service.js';
import { secureKafka } from './secure-kafka.samples.js';
import { KAFKA_SETTINGS } from './settings.js';
import { TINY } from './tiny-service.samples.js';

jest.setTimeout(60_000);
const logger = createLogger({ service: 't', replica: 't', level: 'fatal' });
const NAME = 'wbiz-operator';
const prefix = 'strict.';
const name = topics(prefix);
let secure: Awaited<ReturnType<typeof secureKafka>>;
let tokenServer: Server;
const asked: string[] = [];
const open: KafkaClient[] = [];

beforeAll(async () => {
  const principals = [...SERVICES, 'provision'].map((who) => `wbiz-${who}`);
  secure = await secureKafka([NAME, ...principals], { above: [NAME, 'CN=wbiz-certified'] });
  const jwt = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  tokenServer = createServer((request, response) => {
    const { authorization } = request.headers;
    request.setEncoding('utf8').on('data', (form: string) => asked.push(`${authorization} ${form}`));
    request.on('end', () => {
      const now = Math.floor(Date.now() / 1_000);
      const token = `${jwt({ alg: 'none' })}.${jwt({ sub: NAME, iat: now, exp: now + 3_600 })}.`;
      response.end(JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 3_600 }));
    });
  }).listen(0, '127.0.0.1');
  await once(tokenServer, 'listening');
});
afterEach(() => Promise.all(open.splice(0).map((kafka) => kafka.close())));
afterAll(async () => {
  tokenServer.close();
  await secure.close();
});

const accessBy = (env: NodeJS.ProcessEnv) =>
  kafkaAccess(readConfig(KAFKA_SETTINGS, { KAFKA_BROKERS: secure.sasl, ...env }));
const connect = (env: NodeJS.ProcessEnv) => {
  const kafka = connectKafka({ ...accessBy(env), clientId: 'spec', logger });
  open.push(kafka);
  return kafka;
};
const withPassword = (mechanism: string, password = NAME) => ({
  KAFKA_SSL_CA: secure.file('ca.pem'),
  KAFKA_SASL_MECHANISM: mechanism,
  KAFKA_SASL_USERNAME: NAME,
  KAFKA_SASL_PASSWORD: password,
});
const withToken = () => ({
  KAFKA_SSL_CA: secure.file('ca.pem'),
  KAFKA_SASL_MECHANISM: 'oauthbearer',
  KAFKA_OAUTH_TOKEN_URL: `http://127.0.0.1:${(tokenServer.address() as AddressInfo).port}/token`,
  KAFKA_OAUTH_CLIENT_ID: 'a client',
  KAFKA_OAUTH_CLIENT_SECRET: 'a:secret',
  KAFKA_OAUTH_SCOPE: 'kafka',
});
const withCertificate = () => ({
  KAFKA_BROKERS: secure.mutual,
  KAFKA_SSL_CA: secure.file('ca.pem'),
  KAFKA_SSL_CERT: secure.file('wbiz-certified.pem'),
  KAFKA_SSL_KEY: secure.file('wbiz-certified.key'),
});

describe('a Kafka that asks who it is', () => {
  it.each([
    ['plain', () => withPassword('plain')],
    ['scram-sha-256', () => withPassword('scram-sha-256')],
    ['scram-sha-512', () => withPassword('scram-sha-512')],
    ['oauthbearer', withToken],
    ['a certificate', withCertificate],
  ])('is written to and read by %s', async (how, env) => {
    const kafka = connect(env());
    const topic = `by-${how.replaceAll(' ', '-')}`;
    await kafka.ensureTopics([{ topic, partitions: 1 }]);
    const producer = kafka.producer();
    await producer.send({ topic, key: 'key', value: Buffer.from(how), headers: {} });
    const read: string[] = [];
    const consumer = kafka.consume({
      topics: [topic],
      groupId: topic,
      status: new ConsumerHealth().add(topic),
      eachBatch: async ({ records }) => void read.push(...records.map(({ value }) => String(value))),
    });
    await consumer.start();
    await until(() => read.length === 1);
    expect(read).toEqual([how]);
    await consumer.close();
    await producer.close();
  });

  it('is told a token that was asked for once, with the client’s credentials', async () => {
    asked.length = 0;
    const kafka = connect(withToken());
    expect(await kafka.ping()).toBe(true);
    expect(await kafka.ping()).toBe(true);
    const basic = Buffer.from('a%20client:a%3Asecret').toString('base64');
    expect(asked).toEqual([`Basic ${basic} grant_type=client_credentials&scope=kafka`]);
  });

  it.each([
    ['with a wrong password', () => withPassword('scram-sha-512', 'wrong')],
    ['as nobody', () => ({ KAFKA_SSL_CA: secure.file('ca.pem') })],
    ['in the clear', () => ({})],
    [
      'without the authority of its certificate',
      () => ({ ...withPassword('plain'), KAFKA_SSL_CA: '', KAFKA_SSL: 'true' }),
    ],
    [
      'while there are no tokens',
      () => ({ ...withToken(), KAFKA_OAUTH_TOKEN_URL: 'http://127.0.0.1:9/token' }),
    ],
  ])('does not answer %s', async (_how, env) => {
    expect(await connect(env()).ping()).toBe(false);
  });

  it('is not told a password where another authority vouches for it', async () => {
    const dir = await mkdtemp(join(secure.dir, 'other-'));
    await certificatesIn(dir, []);
    const kafka = connect({ ...withPassword('plain'), KAFKA_SSL_CA: join(dir, 'ca.pem') });
    expect(await kafka.ping()).toBe(false);
  });

  it('refuses a changed password as something that passes', async () => {
    const error: unknown = await connect(withPassword('scram-sha-256', 'wrong'))
      .partitionsOf('by-plain')
      .catch((fault: unknown) => fault);
    expect(error).toMatchObject({ name: 'KafkaJSSASLAuthenticationError' });
    expect(classifyFault(error)).toBe('passing');
  });
});

describe('a Kafka that forbids what is not allowed', () => {
  const clients = new Map<Service, KafkaClient>();
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let databaseUrls: Record<Service, string>;
  const as = (who: string) => ({
    ...withPassword('plain', `wbiz-${who}`),
    KAFKA_SASL_USERNAME: `wbiz-${who}`,
  });
  const clientOf = (who: Service) => {
    const client = clients.get(who) ?? connectKafka({ ...accessBy(as(who)), clientId: who, logger });
    clients.set(who, client);
    return client;
  };
  beforeAll(async () => {
    database = await freshDatabase();
    await allow(secure.inside, kafkaAcls(prefix));
    const made = await provision({
      databaseUrl: database.url,
      kafka: accessBy(as('provision')),
      topicPrefix: prefix,
      eventsPartitions: 1,
    });
    databaseUrls = made.databaseUrls;
  });
  afterAll(async () => {
    await Promise.all([...clients.values()].map((client) => client.close()));
    await database.drop();
  });

  /** Whether Kafka accepts a record from this principal. */
  async function mayWrite(who: Service, topic: string): Promise<boolean> {
    const producer = clientOf(who).producer();
    try {
      const record = { id: newId('cmd'), type: 'nothing', accountId: '', data: {} };
      await producer.send(commandRecord(record, { topic, key: 'key', source: who }));
      return true;
    } catch (error) {
      expect(String((error as Error).message)).toContain('authorized');
      return false;
    } finally {
      await producer.close();
    }
  }
  const writers = async (topic: string) => {
    const found: Service[] = [];
    for (const service of SERVICES) if (await mayWrite(service, topic)) found.push(service);
    return found;
  };

  it('lets a service run as a principal of its own', async () => {
    const [health, rpc] = [String(await freePort()), String(await freePort())];
    const service = await startService(TINY, {
      ...as('contacts'),
      KAFKA_BROKERS: secure.sasl,
      HEALTH_PORT: health,
      RPC_PORT: rpc,
      DATABASE_URL: databaseUrls.contacts,
      TOPIC_PREFIX: prefix,
      RPC_SECRET: randomBytes(32).toString('base64'),
      LOG_LEVEL: 'fatal',
    });
    try {
      await until(async () => (await fetch(`http://127.0.0.1:${health}/health/ready`)).ok);
      const producer = clientOf('gateway').producer();
      const command = {
        id: newId('cmd'),
        type: 'purse.deposit',
        accountId: 'acc_1',
        data: { purse: 'purse-1', amount: 5 },
      };
      const topic = name.commands('contacts');
      await producer.send(commandRecord(command, { topic, key: 'purse-1', source: 'gateway' }));
      await until(async () => (await clientOf('contacts').endOffsets(name.events))[0]! > 0);
      await producer.close();
    } finally {
      await service.stop();
    }
  });

  it('lets the gateway alone command every service, and campaigns messaging', async () => {
    expect(await writers(name.commands('contacts'))).toEqual(['gateway']);
    expect(await writers(name.commands('messaging'))).toEqual(['gateway', 'campaigns']);
  });

  it('lets the gateway alone say what Meta has sent', async () => {
    for (const topic of [name.inbound, name.inboundChanges, name.inboundRaw])
      expect(await writers(topic)).toEqual(['gateway']);
  });

  it('lets the gateway read again what Meta has sent', async () => {
    const seen: string[] = [];
    await readBetween(
      clientOf('gateway'),
      { topic: name.inboundRaw, since: 0, until: Date.now(), signal: AbortSignal.timeout(30_000) },
      async (records) => void seen.push(...records.map(({ offset }) => offset)),
    );
    expect(seen).toEqual(['0']);
  });

  it('lets the gateway read what no service could handle', async () => {
    expect(await writers(name.deadLetters)).toEqual(SERVICES);
    const seen: string[] = [];
    await readBetween(
      clientOf('gateway'),
      { topic: name.deadLetters, since: 0, until: Date.now() + 1, signal: AbortSignal.timeout(30_000) },
      async (records) => void seen.push(...records.map(({ offset }) => offset)),
    );
    expect(seen).toHaveLength(SERVICES.length);
  });

  it('lets a service look for an event on the log', async () => {
    const event = { topic: name.events, partition: 0, source: 'contacts', epoch: 1, sequence: 1 };
    const sought = { ...event, signal: AbortSignal.timeout(30_000) };
    expect(await findSequence(clientOf('contacts'), sought)).toEqual(expect.any(Number));
  });

  it('lets a service take the place of a dead process of its own', async () => {
    const told: string[] = [];
    const log = { ...logger, info: (_fields: object, message: string) => void told.push(message) };
    const join = async () => {
      const client = { clientId: 'wbiz-contacts-1', sole: true, logger: log };
      const kafka = connectKafka({ ...accessBy(as('contacts')), ...client });
      open.push(kafka);
      const groupId = `${prefix}wbiz.contacts.place`;
      const status = new ConsumerHealth().add(groupId);
      const member = kafka.consume({ topics: [name.events], groupId, status, eachBatch: async () => {} });
      await member.start();
      await until(() => member.assigned.length === 1);
      return member;
    };
    const dead = await join();
    const next = await join();
    expect(told).toContain('consumer: a dead predecessor was removed from the group; joining at once');
    await Promise.all([dead.close(), next.close()]);
  });

  it.each([
    ['contacts', name.commands('messaging')],
    ['webhooks', name.inbound],
    ['campaigns', name.inboundRaw],
  ] as const)('keeps %s from reading %s', async (who, topic) => {
    await expect(clientOf(who).partitionsOf(topic)).rejects.toThrow('authorized');
  });
});

it.each([
  [{ KAFKA_SASL_MECHANISM: 'plain' }, ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD']],
  [{ KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: 'a' }, ['KAFKA_SASL_PASSWORD']],
  [
    { KAFKA_SASL_MECHANISM: 'oauthbearer' },
    ['KAFKA_OAUTH_TOKEN_URL', 'KAFKA_OAUTH_CLIENT_ID', 'KAFKA_OAUTH_CLIENT_SECRET'],
  ],
])('%j asks for %j', (env, missing) => {
  const faults = (() => {
    try {
      return kafkaAccess(readConfig(KAFKA_SETTINGS, { KAFKA_BROKERS: 'a:1', ...env }));
    } catch (error) {
      return (error as InvalidConfig).faults.map(({ name }) => name);
    }
  })();
  expect(faults).toEqual(missing);
});
