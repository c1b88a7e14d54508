import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { classifyFault } from '@wbiz/eventing/fault';
import { ConsumerHealth } from '@wbiz/eventing/kafka/consumer-health';
import { connectKafka, type KafkaClient } from '@wbiz/eventing/kafka/kafka-client';
import { certificatesIn } from '@wbiz/testing/certificates';
import { until } from '@wbiz/testing/stack';
import type { InvalidConfig} from './config.js';
import { readConfig } from './config.js';
import { kafkaAccess } from './kafka-access.js';
import { createLogger } from './logging.js';
import { secureKafka } from './secure-kafka.samples.js';
import { KAFKA_SETTINGS } from './settings.js';

jest.setTimeout(60_000);
const logger = createLogger({ service: 't', replica: 't', level: 'fatal' });
const NAME = 'wbiz-provision';
let secure: Awaited<ReturnType<typeof secureKafka>>;
let tokenServer: Server;
const asked: string[] = [];
const open: KafkaClient[] = [];

beforeAll(async () => {
  secure = await secureKafka([NAME]);
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

const connect = (env: NodeJS.ProcessEnv) => {
  const access = kafkaAccess(readConfig(KAFKA_SETTINGS, { KAFKA_BROKERS: secure.sasl, ...env }));
  const kafka = connectKafka({ ...access, clientId: 'spec', logger });
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
