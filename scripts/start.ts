import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join, relative, resolve } from 'node:path';
import {
  APPS,
  allScopes,
  appReady,
  processesOf,
  PROVISIONING,
  sharing,
  SIMULATED_META_APP,
  startApp,
  startNode,
  STOP_WAVES,
  TOGETHER,
  type System,
} from './apps.ts';
import { began, build, root } from './bootstrap.mjs';
import { howToTry, makeDemo, type Demo } from './demo.ts';
import { startKafka } from './embedded/kafka.ts';
import { endLeftOver, freePort } from './embedded/launch.ts';
import { startPostgres } from './embedded/postgres.ts';
import { readableLog, say, SetupError, step } from './say.mjs';
import type { startOptions } from './start-options.mjs';
import { createSupervisor } from './supervisor.ts';

const home = resolve(process.env.WBIZ_HOME ?? join(root, '.wbiz'));
const file = (name: string) => join(home, name);
const seconds = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;

type Options = Exclude<ReturnType<typeof startOptions>, { help: string }>;
type Kept = { adminToken?: string; secretKey?: string; apiKey?: string; feedCursor?: string };

export async function start({ fresh, verbose, port }: Options): Promise<void> {
  const together = sharing();
  await tidyUp(fresh);
  // A demo.json left behind would describe a system that is gone.
  process.once('exit', () => rmSync(file('demo.json'), { force: true }));
  const kept: Kept = readJson('state.json') ?? {};
  const state: Kept & { adminToken: string } = {
    ...kept,
    adminToken: kept.adminToken ?? randomBytes(32).toString('base64url'),
  };
  writeJson('state.json', state);

  const { KAFKA_BROKERS, DATABASE_URL, CLOUD_API_URL } = process.env;
  const apps = APPS.filter(({ name }) => name !== 'simulator' || !CLOUD_API_URL);
  const ports = await choosePorts(port, {
    ...Object.fromEntries(apps.map(({ name, ports }) => [name, ports])),
    kafka: ['broker', 'controller'],
    postgres: ['port'],
  });
  const simulatorUrl = CLOUD_API_URL
    ? await simulatorAt(CLOUD_API_URL)
    : `http://127.0.0.1:${ports['simulator']!['PORT']}`;
  const baseUrl = `http://127.0.0.1:${ports['gateway']!['PORT']}/api`;

  const system: System = {
    home,
    ports,
    databaseUrl: DATABASE_URL,
    kafkaBrokers: KAFKA_BROKERS,
    cloudApiUrl: CLOUD_API_URL ?? simulatorUrl!,
    topicPrefix: process.env.TOPIC_PREFIX ?? '',
    secretKey: state.secretKey,
    adminToken: state.adminToken,
    metaApp: simulatorUrl ? SIMULATED_META_APP : {},
    together,
  };

  let demo: Partial<Demo> | undefined;
  let pids: Record<string, number> = {};
  const leaveBehind = () =>
    demo &&
    writeJson('demo.json', {
      baseUrl,
      apiKey: demo.apiKey,
      accountId: demo.accountId,
      adminToken: state.adminToken,
      simulatorUrl,
      kafkaBrokers: system.kafkaBrokers,
      eventsTopic: `${system.topicPrefix}wbiz.events`,
      databaseUrl: system.databaseUrl,
      pids,
    });
  const supervisor = createSupervisor(({ [TOGETHER]: shared, ...alone }) => {
    pids = { ...alone, ...(shared && Object.fromEntries(together.map((name) => [name, shared]))) };
    leaveBehind();
  });
  stopOnSignal(() => supervisor.stop(STOP_WAVES));

  const least = verbose ? 30 : 40;
  const show = (service: string) => (line: string) => {
    const readable = readableLog(service, line, least);
    if (readable) say.line(readable);
  };
  const run = async (name: string) => {
    await supervisor.keep(name, () => startApp(system, { name, onLine: show(name) }));
    await appReady(system, { name, ended: () => supervisor.ended(name) });
  };
  const logFile = (name: string) => file(`logs/${name}.log`);

  const kafka = async () => {
    if (system.kafkaBrokers) return say.done(`Kafka of KAFKA_BROKERS is used: ${system.kafkaBrokers}`);
    await step('Kafka', async (note) => {
      const begin = () =>
        startKafka({
          dataDir: file('kafka'),
          logFile: logFile('kafka'),
          pidFile: file('run/kafka.pid'),
          ports: ports['kafka'] as { broker: number; controller: number },
          note,
        });
      const { brokers } = await supervisor.keep('kafka', begin);
      system.kafkaBrokers = brokers;
      return { said: `up on ${brokers}` };
    });
  };
  const postgres = async () => {
    if (system.databaseUrl)
      return say.done(`Postgres of DATABASE_URL is used: ${new URL(system.databaseUrl).host}`);
    await step('Postgres', async (note) => {
      const begin = () =>
        startPostgres({
          dataDir: file('postgres'),
          logFile: logFile('postgres'),
          pidFile: file('run/postgres.pid'),
          port: ports['postgres']!['port']!,
          note,
        });
      const { url } = await supervisor.keep('postgres', begin);
      system.databaseUrl = url;
      return { said: `up on 127.0.0.1:${ports['postgres']!['port']}` };
    });
  };
  const provision = async () => {
    const { exited } = await startNode(system, {
      instance: 'provision',
      main: PROVISIONING.main,
      env: PROVISIONING.env(system),
      onLine: show('provision'),
    });
    const how = await exited;
    if (how !== 'with exit code 0')
      throw new SetupError(`Provisioning ended ${how}: see ${logFile('provision')}`);
    delete state.secretKey; // the services' own secrets open what it sealed
    writeJson('state.json', state);
  };
  const services = processesOf(
    apps.map(({ name }) => name).filter((name) => name !== 'simulator'),
    together,
  );
  const titleOf = (name: string) => (name === TOGETHER ? `${together.join(' + ')} (one process)` : name);

  await Promise.all([
    kafka(),
    postgres(),
    build().then(async () => {
      if (!CLOUD_API_URL)
        await step(`Simulator of Meta's Cloud API`, () =>
          run('simulator').then(() => ({ said: `up on ${simulatorUrl}` })),
        );
    }),
  ]);
  await step('Topics, roles and schemas', provision);
  const waiting = new Set(services.map(titleOf));
  await step('Services', (note) => {
    const tell = () => note(`waiting for ${[...waiting].join(', ')}`);
    tell();
    const ready = services.map((name) =>
      run(name).then(() => {
        waiting.delete(titleOf(name));
        tell();
      }),
    );
    return Promise.all(ready).then(() => ({ said: `${services.map(titleOf).join(', ')} are ready` }));
  });

  if (simulatorUrl) {
    demo = await step('Demo account', async () =>
      makeDemo({ ...system, baseUrl, simulatorUrl, scopes: await allScopes(), known: state }),
    );
    writeJson('state.json', { ...state, apiKey: demo.apiKey, feedCursor: demo.feedCursor });
  } else demo = {};
  leaveBehind();

  if (demo.apiKey) say.line(howToTry({ baseUrl, apiKey: demo.apiKey, feedCursor: demo.feedCursor! }));
  else
    say.line(
      `\nConnect your WhatsApp Business Account: see README.md. The admin token is in ${file('demo.json')}.\n`,
    );
  const at = (path: string) => new URL(path, baseUrl).href;
  say.done(
    say.bold(
      `All is ready after ${seconds()}: the API is at ${baseUrl}, its reference with try-it at ${at('/docs')}`,
    ),
  );
  const shown = relative(process.cwd(), home);
  say.line(`  The console is at ${at('/console')}; it takes the adminToken of ${file('demo.json')}.`);
  say.line(
    `  Ctrl-C stops all that was started here; its data stays in ${shown.startsWith('..') ? home : shown}.`,
  );
}

/** Ends what a killed run left, throws if another run lives, and deletes what is not to be kept. */
async function tidyUp(fresh: boolean): Promise<void> {
  makeHome();
  mkdirSync(file('run'), { recursive: true });
  for (const name of readdirSync(file('run')))
    if (name.endsWith('.pid')) await endLeftOver(file(`run/${name}`));
  if (fresh) {
    rmSync(home, { recursive: true });
    makeHome();
  }
  mkdirSync(file('logs'), { recursive: true });
  for (const name of readdirSync(file('logs')))
    if (name.endsWith('.log')) renameSync(file(`logs/${name}`), file(`logs/${name}.previous`));
  rmSync(file('demo.json'), { force: true });
}

/** It holds keys, messages and media: only the owner may read it, also one from an earlier start. */
function makeHome() {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  chmodSync(home, 0o700);
}

/** Ports by process and purpose: the last start's if they are free; the gateway's is `port`. */
type Ports = Record<string, Record<string, number>>;

async function choosePorts(
  port: number,
  wanted: Readonly<Record<string, readonly string[]>>,
): Promise<Ports> {
  const before: Ports = readJson('ports.json') ?? {};
  const chosen: Ports = {};
  for (const [name, purposes] of Object.entries(wanted)) {
    const own: Record<string, number> = {};
    chosen[name] = own;
    for (const purpose of purposes) {
      const last = before[name]?.[purpose];
      own[purpose] = last && (await isFree(last)) ? last : await freePort();
    }
  }
  chosen['gateway']!['PORT'] = port;
  if (!(await isFree(port)))
    throw new SetupError(`Port ${port} is not free: set PORT to another, as in PORT=3100 npm start.`);
  writeJson('ports.json', chosen);
  return chosen;
}

const isFree = (port: number) =>
  new Promise<boolean>((done) => {
    const server = createServer().once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });

/** CLOUD_API_URL, if it is a simulator on this machine. */
async function simulatorAt(url: string): Promise<string | undefined> {
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname)) return undefined;
  const answer = await fetch(new URL('/_control/messages?limit=1', url)).catch(() => undefined);
  return answer?.ok ? url.replace(/\/$/, '') : undefined;
}

/** Stops all in order at the first signal, or when the process that started us dies; a second Ctrl-C exits at once. */
function stopOnSignal(stop: () => Promise<void>): void {
  let since: number | undefined;
  const stopAll = async () => {
    if (since) return;
    since = performance.now();
    say.line('Stopping …');
    await stop();
    say.done(`All has stopped (${((performance.now() - since) / 1000).toFixed(1)} s)`);
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGHUP', 'disconnect']) process.on(signal, () => void stopAll());
  process.on('SIGINT', () => {
    // One Ctrl-C arrives several times: from the terminal, from npm, from the process that started us.
    if (since && performance.now() - since > 1_000) process.exit(1);
    void stopAll();
  });
}

const readJson = (name: string) =>
  existsSync(file(name)) ? JSON.parse(readFileSync(file(name), 'utf8')) : undefined;

function writeJson(name: string, value: object): void {
  const incoming = file(`${name}.incoming`);
  writeFileSync(incoming, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(incoming, file(name));
}
