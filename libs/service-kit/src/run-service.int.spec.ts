import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { newId } from '@wbiz/contracts/ids';
import { topics } from '@wbiz/contracts/topics';
import { CommandBus } from '@wbiz/eventing/kafka/command-bus';
import { commandRecord } from '@wbiz/eventing/kafka/command-record';
import { connectKafka } from '@wbiz/eventing/kafka/kafka-client';
import { ReplyPublisher } from '@wbiz/eventing/rpc/reply-publisher';
import { RpcClient } from '@wbiz/eventing/rpc/rpc-client';
import { NODE_ON_SOURCES } from '@wbiz/testing/node-on-sources';
import { embeddedStack, freePort, freshDatabase, topicPrefix, until } from '@wbiz/testing/stack';
import pg from 'pg';
import { KAFKA } from './kafka.js';
import { createLogger } from './logging.js';
import { provision } from './provision.js';
import { startService } from './run-service.js';
import { HTTP_SETTINGS } from './settings.js';
import { purseRequests, TINY } from './tiny-service.samples.js';
import { nextTraceparent } from './traceparent.js';

jest.setTimeout(120_000);
const rpcSecret = randomBytes(32);
const prefix = topicPrefix();
// Each test starts a process, which takes long on a busy machine.
const patiently = { timeoutMs: 45_000 };
let database: Awaited<ReturnType<typeof freshDatabase>>;
let databaseUrl: string;
let neighboursUrl: string;

beforeAll(async () => {
  database = await freshDatabase();
  const { brokers } = embeddedStack();
  const options = {
    databaseUrl: database.url,
    kafka: { brokers },
    topicPrefix: prefix,
    services: ['contacts', 'webhooks'] as const,
  };
  const { databaseUrls } = await provision(options);
  databaseUrl = databaseUrls.contacts;
  neighboursUrl = databaseUrls.webhooks;
});
afterAll(() => database.drop());

const environment = async (more: NodeJS.ProcessEnv = {}): Promise<NodeJS.ProcessEnv> => ({
  HEALTH_PORT: String(await freePort()),
  RPC_PORT: String(await freePort()),
  DATABASE_URL: databaseUrl,
  KAFKA_BROKERS: embeddedStack().brokers.join(','),
  TOPIC_PREFIX: prefix,
  RPC_SECRET: rpcSecret.toString('base64'),
  LOG_LEVEL: 'warn',
  ...more,
});
type Readiness = { status: string; checks: Record<string, { ok: boolean; detail?: string }> };

async function readiness({ HEALTH_PORT }: NodeJS.ProcessEnv) {
  const response = await fetch(`http://127.0.0.1:${HEALTH_PORT}/health/ready`);
  return { code: response.status, ...((await response.json()) as Readiness) };
}
const ready = (env: NodeJS.ProcessEnv) =>
  until(async () => (await readiness(env)).code === 200, {
    ...patiently,
    everyMs: 50,
    describe: 'ready',
  });

async function balanceOf(purse: string) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ state: { balance: number } }>(
      'select state from purses where stream = $1',
      [purse],
    );
    return rows[0]?.state.balance;
  } finally {
    await client.end();
  }
}

const deposit = (amount: number, more = {}) => ({
  id: newId('cmd'),
  accountId: 'acc_1',
  type: 'purse.deposit',
  data: { purse: 'purse-1', amount, ...more },
  traceparent: nextTraceparent(),
});

describe('in one process', () => {
  let env: NodeJS.ProcessEnv;
  let service: Awaited<ReturnType<typeof startService>>;
  const send = (command: ReturnType<typeof deposit>) =>
    service.app.get(CommandBus, { strict: false }).send('contacts', command, { key: 'purse-1' });
  /** The value of a metric in a scrape. */
  const metric = async (name: string, label = '') => {
    const text = await (await fetch(`http://127.0.0.1:${env['HEALTH_PORT']}/metrics`)).text();
    return Number(new RegExp(`^${name}\\{.*${label}.*\\} (.+)`, 'm').exec(text)?.[1]);
  };
  /** Runs `meanwhile` while another transaction holds the locks that the statement `lock` takes. */
  const heldUp = async (lock: string, meanwhile: () => Promise<void>) => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      await client.query(`begin; ${lock}`);
      await meanwhile();
    } finally {
      await client.end();
    }
  };
  const ask = async (pattern: string, data: object) => {
    const client = new RpcClient(`127.0.0.1:${env['RPC_PORT']}`, { secret: rpcSecret });
    try {
      return await client.request(pattern, data);
    } finally {
      client.close();
    }
  };

  beforeAll(async () => {
    env = await environment({ PORT: String(await freePort()), HTTP_CONNECTIONS: '10' });
    service = await startService({ ...TINY, settings: HTTP_SETTINGS, http: {} }, env);
  });
  afterAll(() => service.stop());

  it('becomes ready with all its parts', async () => {
    await ready(env);
    const { checks } = await readiness(env);
    expect(Object.keys(checks).sort()).toEqual(['consumers', 'migrations', 'postgres', 'process', 'relay']);
  });

  it('answers a command, refuses another, and keeps both replies', async () => {
    const [good, bad] = [deposit(5), deposit(-1)];
    expect(await send(good)).toMatchObject({ ok: true, data: { balance: 5 } });
    expect(await send(bad)).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
    expect(await ask('command.reply', { commandId: good.id, expire: false })).toMatchObject({ ok: true });
    expect(await ask('command.reply', { commandId: bad.id, expire: false })).toMatchObject({ ok: false });
  });

  it('answers from its projection what was just written', async () => {
    const before = (await ask('purse.income', { accountId: 'acc_1' })) as number;
    await send(deposit(7));
    expect(await ask('purse.income', { accountId: 'acc_1' })).toBe(before + 7);
  });

  it('parks an account whose event cannot be applied, and tells; operators retry, skip and rewind', async () => {
    const detail = async () => {
      const response = await fetch(`http://127.0.0.1:${env['HEALTH_PORT']}/health/detail`);
      return (await response.json()) as { consumers: object[]; projections: { parked: object[] }[] };
    };
    const give = (amount: number) => send({ ...deposit(amount, { purse: 'purse-2' }), accountId: 'acc_2' });
    await give(3_000_000_000); // more than the int column can hold
    await give(5);
    const parked = { accountId: 'acc_2', reason: expect.stringContaining('out of range'), events: 2 };
    await until(async () => {
      expect(await detail()).toMatchObject({
        consumers: expect.arrayContaining([expect.objectContaining({ state: 'running', waitingSince: 0 })]),
        projections: [{ projection: 'income', lag: 0, parked: [parked] }],
      });
      return true;
    });
    await until(async () => (await metric('wbiz_projection_parked_accounts')) === 1);
    const before = await ask('purse.income', { accountId: 'acc_1' });
    await expect(ask('purse.income', { accountId: 'acc_2' })).rejects.toThrow();
    const of = { projection: 'income', accountId: 'acc_2' };
    expect(await ask('projection.retry', of)).toEqual({ applied: 0, parked: true });
    expect(await ask('projection.skip', { ...of, reason: 'a typing error' })).toEqual({
      applied: 1,
      parked: false,
    });
    expect(await ask('purse.income', { accountId: 'acc_2' })).toBe(5);
    expect(await ask('projection.retry', of)).toBeNull();
    expect(await ask('projection.retry', { ...of, projection: 'outgo' })).toBeNull();

    expect(await ask('projection.rewind', { projection: 'income', offset: 0 })).toEqual({ partitions: 2 });
    const event = { projection: 'income', partition: 0, source: 'contacts' };
    await expect(ask('projection.rewind', { ...event, sequence: 1_000 })).rejects.toMatchObject({
      code: 'not_found',
    });
    const since = new Date(Date.now() - 60_000).toISOString();
    expect(await ask('projection.rewind', { projection: 'income', partition: 500, since })).toEqual({
      partitions: 0,
    });
    await give(2);
    expect(await ask('purse.income', { accountId: 'acc_2' })).toBe(7);
    expect(await ask('purse.income', { accountId: 'acc_1' })).toBe(before);
  });

  it('shows outbox, projection, commands and consumers in /metrics', async () => {
    const text = await (await fetch(`http://127.0.0.1:${env['HEALTH_PORT']}/metrics`)).text();
    for (const line of [
      'wbiz_outbox_pending_events{service="contacts"}',
      'wbiz_outbox_age_seconds{service="contacts"}',
      'wbiz_projection_lag_events{projection="income",service="contacts"} 0',
      `wbiz_consumer_members{group="${prefix}wbiz.contacts",service="contacts"} 1`,
      'wbiz_projection_parked_accounts{projection="income",service="contacts"} 0',
      `wbiz_consumer_waiting_seconds{group="${prefix}wbiz.contacts",service="contacts"} 0`,
    ])
      expect(text).toContain(line);
    expect(text).toMatch(/wbiz_command_duration_seconds_count\{.*type="purse.deposit".*\} [1-9]/);
    expect(text).toMatch(/wbiz_kafka_produce_duration_seconds_count\{.*outcome="ok"\} [1-9]/);
    expect(text).toMatch(/wbiz_kafka_produced_records_total\{.*\} [1-9]/);
    expect(text).toMatch(
      /wbiz_rpc_request_duration_seconds_count\{.*peer="contacts",outcome="answered"\} [1-9]/,
    );
    expect(text).toMatch(/wbiz_postgres_connections\{state="idle",service="contacts"\} [1-9]/);
    expect(text).toMatch(/wbiz_postgres_waiting_requests\{service="contacts"\} \d/);
    expect(text).toMatch(/wbiz_consumer_joins_total\{group=".*wbiz.contacts",service="contacts"\} [1-9]/);
    expect(text).toMatch(/wbiz_dead_letters_total\{topic=".*",service="contacts"\} 0/);
  });

  it('tells in /metrics how long a command has been in hand', async () => {
    const held = send(deposit(1, { holdMs: 2_000 }));
    await until(async () => (await metric('wbiz_consumer_lag_seconds')) > 1);
    expect(await metric('wbiz_consumer_lag_records')).toBeGreaterThanOrEqual(0);
    await held;
    await until(async () => (await metric('wbiz_consumer_lag_seconds')) === 0);
  });

  it('tells in /metrics of a projection that Postgres holds up, and of the connections that it lacks', async () => {
    await heldUp('lock table contacts.income in access exclusive mode', async () => {
      await send(deposit(1));
      await until(async () => (await metric('wbiz_projection_lag_seconds')) > 0.5);
      expect(await metric('wbiz_projection_lag_events')).toBeGreaterThan(0);
      expect(await metric('wbiz_postgres_connections', 'state="busy"')).toBeGreaterThan(0);
    });
    await until(async () => (await metric('wbiz_projection_lag_events')) === 0, patiently);
    await until(async () => (await metric('wbiz_projection_lag_seconds')) === 0);
  });

  it('tells in /metrics of what is on its way to the log, and of what it has put aside', async () => {
    await heldUp('select from contacts.sequencer for update', async () => {
      await send(deposit(1));
      await until(async () => (await metric('wbiz_outbox_pending_events')) > 0);
      await until(async () => (await metric('wbiz_outbox_age_seconds')) > 0.5);
    });
    await until(async () => (await metric('wbiz_outbox_pending_events')) === 0, patiently);
    expect(await send({ ...deposit(1), type: 'purse.burn' })).toMatchObject({ ok: false });
    expect(await metric('wbiz_dead_letters_total')).toBe(1);
  });

  it('answers nobody who does not know RPC_SECRET, and sends no reply to where nobody does', async () => {
    const heard = { asking: '', replying: '' };
    const asking = connect(Number(env['RPC_PORT']), '127.0.0.1').on('error', () => undefined);
    const server = createServer((socket) => {
      socket.on('data', (bytes) => (heard.replying += bytes.toString())).on('error', () => undefined);
      socket.write(`${'a'.repeat(43)}\n`);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const producer = service.app.get(KAFKA, { strict: false }).producer();
    try {
      const frame = JSON.stringify({ pattern: '"log.head"', id: 1, data: { accountId: 'acc_1' } });
      asking.on('data', (bytes) => (heard.asking += bytes.toString()));
      asking.write(`${frame.length}#${frame}\n`);
      await once(asking, 'close');
      expect(heard.asking).toMatch(/^[\w-]{43}\n$/);

      const { port } = server.address() as AddressInfo;
      const foreign = { ...deposit(1, { purse: 'foreign' }), replyTo: `127.0.0.1:${port}` };
      const topic = topics(prefix).commands('contacts');
      await producer.send(commandRecord(foreign, { topic, key: 'foreign', source: 'gateway' }));
      await until(() => ask('command.reply', { commandId: foreign.id, expire: false }));
      await until(() => heard.replying.endsWith('\n'));
      const replies = service.app.get(ReplyPublisher, { strict: false });
      await until(() => replies.counts.dropped > 0 || heard.replying.includes('#'));
      expect(heard.replying).not.toContain('balance');
    } finally {
      asking.destroy();
      await producer.close();
      server.close();
    }
  });

  it('has HTTP_CONNECTIONS at most, and says nothing to further ones', async () => {
    const port = Number(env['PORT']);
    const sockets = Array.from({ length: 15 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    await until(() => sockets.filter(({ destroyed }) => destroyed).length === 5);
    expect((await readiness(env)).code).toBe(200);
    for (const socket of sockets) socket.destroy();
    await until(async () => (await fetch(`http://127.0.0.1:${port}/nothing`)).status === 404);
  });

  it('answers the HTTP requests that are under way when it stops, and takes no others', async () => {
    const url = `http://127.0.0.1:${env['PORT']}/slow`;
    const slow = fetch(url);
    await until(() => purseRequests.slow === 1);
    const stopped = service.stop();
    const response = await slow;
    expect({ status: response.status, body: await response.text() }).toEqual({ status: 200, body: 'done' });
    await stopped;
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });
});

describe('as a process', () => {
  const running = new Set<ChildProcess>();
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    running.clear();
  });

  /** Runs the tiny service as `npm start` does; stdout and stderr are collected in `seen`. */
  const run = (env: NodeJS.ProcessEnv, before = '') => launch(env, `${before} await runService(TINY);`);

  /** Runs `code` in a child process, with the services and the functions that run them imported. */
  function launch(env: NodeJS.ProcessEnv, code: string) {
    const imports = Object.entries({
      './run-service.ts': 'runService, runServices',
      './config.ts': 'environmentOf',
      './tiny-service.samples.ts': 'TINY, NEIGHBOUR',
      './settings.ts': 'HTTP_SETTINGS',
    }).map(([file, names]) => `import { ${names} } from '${new URL(file, import.meta.url).href}';`);
    const main = `${imports.join(' ')} ${code}`;
    const args = [...NODE_ON_SOURCES, '--input-type=module', '-e', main];
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env['PATH'], ...env },
      cwd: new URL('..', import.meta.url).pathname,
    });
    running.add(child);
    const seen = { stdout: '', stderr: '' };
    child.stdout.on('data', (data: Buffer) => (seen.stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (seen.stderr += data.toString()));
    const exited = once(child, 'close').then(([code]) => {
      running.delete(child);
      return code as number | null;
    });
    return { child, seen, exited };
  }

  it('ends with 1 and lists every wrong setting, without secrets', async () => {
    const { exited, seen } = run({
      ...(await environment()),
      RPC_PORT: 'eighty',
      RPC_TLS_CERT: '/nowhere/tls.crt',
      RPC_SECRET: 'c2hvcnQ=',
      KAFKA_BROKERS: '',
      LOG_LEVEL: 'loud',
    });
    expect(await exited).toBe(1);
    expect(seen.stderr.split('\n').filter(Boolean)).toEqual([
      'contacts cannot start. 5 settings are wrong:',
      expect.stringMatching(/^ {2}RPC_PORT +is "eighty"; expected a port from 1 to 65535, e\.g\. 8082$/),
      expect.stringMatching(/^ {2}RPC_SECRET +is set to something else; expected 32 bytes in base64/),
      expect.stringMatching(/^ {2}RPC_TLS_CERT +is "\/nowhere\/tls\.crt"; expected the path of a file that/),
      expect.stringMatching(/^ {2}KAFKA_BROKERS +is missing; expected a list host:port,host:port, e\.g\. /),
      expect.stringMatching(/^ {2}LOG_LEVEL +is "loud"; expected one of fatal, error/),
    ]);
    expect(seen.stderr + seen.stdout).not.toContain('c2hvcnQ=');
  });

  it('finishes what is in hand on SIGTERM, commits it, and ends with 0 in less than 10 s', async () => {
    const env = await environment({ LOG_LEVEL: 'info' });
    const { child, exited, seen } = run(env);
    await ready(env);
    const kafka = connectKafka({
      brokers: embeddedStack().brokers,
      clientId: 't',
      logger: createLogger({ service: 't', replica: 't', level: 'fatal' }),
    });
    const producer = kafka.producer();
    const topic = topics(prefix).commands('contacts');
    const held = { ...deposit(1, { purse: 'held', holdMs: 1_000 }), deadline: Date.now() + 20_000 };
    try {
      await producer.send(commandRecord(held, { topic, key: 'held', source: 't' }));
      await until(() => seen.stdout.includes('purse: deposit received'), patiently);

      const told = Date.now();
      child.kill('SIGTERM');
      await until(async () => (await readiness(env)).code === 503, { describe: 'not ready while it stops' });
      expect(await exited).toBe(0);
      expect(Date.now() - told).toBeLessThan(10_000);
      expect(seen.stdout).toContain('"msg":"shutdown: over;');
      expect(seen.stdout).not.toMatch(/"level":(50|60)/);
      expect(await balanceOf('held')).toBe(1);
      const [committed, end] = await Promise.all([
        kafka.committedOffsets(`${prefix}wbiz.contacts`, topic),
        kafka.endOffsets(topic),
      ]);
      expect(committed.filter((offset) => offset > 0)).toEqual(end.filter((offset) => offset > 0));
    } finally {
      await producer.close();
      await kafka.close();
    }
  });

  it('for HTTP_DRAIN_MS after SIGTERM is not ready, takes connections, and closes them with its answers', async () => {
    const env = await environment({ PORT: String(await freePort()), HTTP_DRAIN_MS: '2000' });
    const { child, exited } = launch(
      env,
      'await runService({ ...TINY, settings: HTTP_SETTINGS, http: {} });',
    );
    await ready(env);
    const told = Date.now();
    child.kill('SIGTERM');
    await until(async () => (await readiness(env)).code === 503, { describe: 'not ready' });
    const answer = await fetch(`http://127.0.0.1:${env['PORT']}/nothing`);
    expect([answer.status, answer.headers.get('connection')]).toEqual([404, 'close']);
    expect(await exited).toBe(0);
    expect(Date.now() - told).toBeGreaterThanOrEqual(2_000);
  });

  it.each(['Postgres', 'Kafka'])(
    'waits for %s and says so, is alive meanwhile, and still obeys SIGTERM',
    async (what) => {
      const nobody = new URL(databaseUrl);
      nobody.port = String(await freePort());
      const more = what === 'Postgres' ? { DATABASE_URL: nobody.href } : { KAFKA_BROKERS: nobody.host };
      const env = await environment(more);
      const { child, exited, seen } = run(env);
      await until(() => /waiting for .*(Postgres|Kafka)/.test(seen.stdout), patiently);
      const { code, checks } = await readiness(env);
      expect({ code, ...checks['process'] }).toMatchObject({
        code: 503,
        ok: false,
        detail: expect.stringMatching(`^starting, .*waiting for [^,]*${what} at ${nobody.host}`),
      });
      expect((await fetch(`http://127.0.0.1:${env['HEALTH_PORT']}/health/live`)).status).toBe(200);
      child.kill('SIGTERM');
      expect(await exited).toBe(0);
      expect(seen.stdout).toMatch(new RegExp(`waiting for .*${what} at ${nobody.host}`));
      expect(seen.stdout).not.toContain(nobody.password);
    },
  );

  it('ends with 1 and a log line on a rejection that nobody handled', async () => {
    const nobody = `127.0.0.1:${await freePort()}`;
    const { exited, seen } = run(
      await environment({ KAFKA_BROKERS: nobody }),
      `setTimeout(() => Promise.reject(new Error('forgotten')), 500);`,
    );
    expect(await exited).toBe(1);
    expect(seen.stdout).toMatch(/"level":60.*"message":"forgotten".*unhandled rejection/);
  });

  it('ends with 1 on an error that waiting does not mend', async () => {
    const wrong = new URL(databaseUrl);
    wrong.password = 'wrong';
    const { exited, seen } = run(await environment({ DATABASE_URL: wrong.href }));
    expect(await exited).toBe(1);
    expect(seen.stdout).toMatch(/"level":60.*28P01.*start: failed; exiting with 1/);
  });

  describe('shared by two services', () => {
    const own = (service: string, env: NodeJS.ProcessEnv) =>
      Object.entries(env).map(([name, value]) => [`${service}_${name}`, value]);
    const together = async () => {
      const { DATABASE_URL, HEALTH_PORT, RPC_PORT, ...shared } = await environment({ LOG_LEVEL: 'info' });
      const contacts = { DATABASE_URL, HEALTH_PORT, RPC_PORT };
      const webhooks = {
        DATABASE_URL: neighboursUrl,
        HEALTH_PORT: String(await freePort()),
        RPC_PORT: String(await freePort()),
      };
      const env = Object.fromEntries([
        ...own('CONTACTS', contacts),
        ...own('WEBHOOKS', webhooks),
      ]) as NodeJS.ProcessEnv;
      return { contacts, webhooks, env: { ...shared, ...env } };
    };
    const runBoth = (env: NodeJS.ProcessEnv) =>
      launch(
        env,
        `await runServices([TINY, NEIGHBOUR].map((options) => ({ options, env: environmentOf(options.name, process.env) })));`,
      );
    const logOf = ({ stdout }: { stdout: string }) =>
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { service: string; msg: string; level: number; context?: string });
    const request = async (port: string | undefined, pattern: string, data = {}) => {
      const client = new RpcClient(`127.0.0.1:${port}`, { secret: rpcSecret });
      try {
        return await client.request(pattern, data);
      } finally {
        client.close();
      }
    };

    it('has ports, metrics and log lines of each, and stops both in less than 10 s, with what is in hand', async () => {
      const { contacts, webhooks, env } = await together();
      const { child, exited, seen } = runBoth(env);
      for (const one of [contacts, webhooks]) await ready(one);
      const metrics = async ({ HEALTH_PORT }: NodeJS.ProcessEnv) =>
        (await fetch(`http://127.0.0.1:${HEALTH_PORT}/metrics`)).text();
      expect(await metrics(contacts)).toContain('wbiz_outbox_pending_events{service="contacts"} 0');
      expect(await metrics(webhooks)).toContain('wbiz_outbox_pending_events{service="webhooks"} 0');
      expect(await metrics(webhooks)).not.toContain('contacts');
      expect(await request(webhooks.RPC_PORT, 'command.reply', { commandId: 'cmd_0', expire: false })).toBe(
        null,
      );

      const kafka = connectKafka({
        brokers: embeddedStack().brokers,
        clientId: 't',
        logger: createLogger({ service: 't', replica: 't', level: 'fatal' }),
      });
      const producer = kafka.producer();
      const held = { ...deposit(1, { purse: 'shared', holdMs: 1_000 }), deadline: Date.now() + 20_000 };
      const topic = topics(prefix).commands('contacts');
      await producer.send(commandRecord(held, { topic, key: 'shared', source: 't' }));
      await until(() => seen.stdout.includes('purse: deposit received'), patiently);
      await producer.close();
      await kafka.close();

      const told = Date.now();
      child.kill('SIGTERM');
      expect(await exited).toBe(0);
      expect(Date.now() - told).toBeLessThan(10_000);
      expect(await balanceOf('shared')).toBe(1);
      const lines = logOf(seen);
      // Logged by Nest’s logger, which both services of the process share.
      expect(lines.find(({ msg }) => msg.startsWith('purse: deposit received'))).toMatchObject({
        service: 'contacts',
      });
      for (const said of ['start: done;', 'shutdown: told to stop;', 'shutdown: over;'])
        expect(
          lines
            .filter(({ msg }) => msg.startsWith(said))
            .map(({ service }) => service)
            .toSorted(),
        ).toEqual(['contacts', 'webhooks']);
      expect(lines.filter(({ level }) => level >= 50)).toEqual([]);
    });

    it.each([
      ['neighbour.reject', 'process: unhandled rejection; exiting with 1'],
      ['neighbour.throw', 'process: uncaught exception; exiting with 1'],
    ])('ends with 1 where one of them forgets a fault, and says whose it was (%s)', async (query, said) => {
      const { contacts, webhooks, env } = await together();
      const { exited, seen } = runBoth(env);
      for (const one of [contacts, webhooks]) await ready(one);
      await request(webhooks.RPC_PORT, query).catch(() => undefined); // the process ends during the request
      expect(await exited).toBe(1);
      expect(logOf(seen).filter(({ level }) => level >= 60)).toMatchObject([
        { service: 'webhooks', msg: said, err: { message: 'forgotten' } },
      ]);
    });

    it('ends with 1 and names the one that could not start', async () => {
      const { contacts, env } = await together();
      const { exited, seen } = runBoth({ ...env, WEBHOOKS_HEALTH_PORT: contacts.HEALTH_PORT });
      expect(await exited).toBe(1);
      expect(logOf(seen).filter(({ level }) => level >= 60)).toMatchObject([
        { service: 'webhooks', msg: 'start: failed; exiting with 1', err: { code: 'EADDRINUSE' } },
      ]);
    });

    it('lists what is wrong with the settings of each', async () => {
      const { env } = await together();
      const { exited, seen } = runBoth({ ...env, CONTACTS_RPC_PORT: 'eighty', WEBHOOKS_DATABASE_URL: '' });
      expect(await exited).toBe(1);
      expect(seen.stderr.split('\n').filter(Boolean)).toEqual([
        'contacts cannot start. 1 setting is wrong:',
        expect.stringMatching(/^ {2}RPC_PORT +is "eighty"/),
        'webhooks cannot start. 1 setting is wrong:',
        expect.stringMatching(/^ {2}DATABASE_URL +is missing/),
      ]);
    });
  });
});

describe('when Postgres goes away', () => {
  let cut: { port: number; down: () => Promise<void>; up: () => Promise<void> };

  /** A proxy between the service and Postgres; `down` cuts it, as a restart of Postgres would. */
  async function proxy(target: URL) {
    const sockets = new Set<Socket>();
    let server: Server;
    const listen = async (port: number) => {
      server = createServer((near) => {
        const far = connect(Number(target.port), target.hostname);
        for (const socket of [near, far]) {
          sockets.add(socket);
          socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
        }
        near.pipe(far).pipe(near);
      }).listen(port, '127.0.0.1');
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    };
    const port = await listen(0);
    const down = async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    };
    return { port, down, up: async () => void (await listen(port)) };
  }

  it('is not ready meanwhile, and works again afterwards as the same process', async () => {
    const url = new URL(databaseUrl);
    cut = await proxy(new URL(databaseUrl));
    url.port = String(cut.port);
    const env = await environment({ DATABASE_URL: url.href, LOG_LEVEL: 'fatal' });
    const service = await startService(TINY, env);
    const bus = service.app.get(CommandBus, { strict: false });
    try {
      await ready(env);
      await cut.down();
      expect(await until(async () => (await readiness(env)).code === 503)).toBe(true);
      expect((await readiness(env)).checks['postgres']).toMatchObject({ ok: false });
      const held = bus.send('contacts', { ...deposit(3), deadline: Date.now() + 15_000 }, { key: 'purse-1' });
      await cut.up();
      await ready(env);
      expect(await held).toMatchObject({ ok: true });
      expect((await readiness(env)).checks['consumers']).toMatchObject({ ok: true });
    } finally {
      await service.stop();
      await cut.down();
    }
  });
});
