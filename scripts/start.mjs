// npm start [-- --fresh] [-- --verbose]: brings everything up on this machine and keeps it up. See README.md.
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
import { fileURLToPath } from 'node:url';
import { began, build, prepare, root } from './bootstrap.mjs';
import { requireJava } from './embedded/java.mjs';
import { readableLog, say, SetupError, step } from './say.mjs';
import { startOptions } from './start-options.mjs';

const home = resolve(process.env.WBIZ_HOME ?? join(root, '.wbiz'));
const file = (name) => join(home, name);
const seconds = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;

async function main() {
  const { help, fresh, verbose, port } = startOptions(process.argv.slice(2), process.env);
  if (help) return say.line(help);
  if (!process.env.KAFKA_BROKERS) await requireJava();
  await prepare(fileURLToPath(import.meta.url));

  const {
    APPS,
    appReady,
    allScopes,
    processesOf,
    PROVISIONING,
    sharing,
    SIMULATED_META_APP,
    startApp,
    startNode,
    STOP_WAVES,
    TOGETHER,
  } = await import('./apps.mjs');
  const { endLeftOver, freePort } = await import('./embedded/launch.mjs');
  const { startKafka } = await import('./embedded/kafka.mjs');
  const { startPostgres } = await import('./embedded/postgres.mjs');
  const { createSupervisor } = await import('./supervisor.mjs');
  const { howToTry, makeDemo } = await import('./demo.mjs');

  const together = sharing();
  await tidyUp(endLeftOver, fresh);
  // Left behind, it would name a system that is gone.
  process.once('exit', () => rmSync(file('demo.json'), { force: true }));
  const kept = readJson('state.json') ?? {};
  const state = {
    ...kept,
    adminToken: kept.adminToken ?? randomBytes(32).toString('base64url'),
  };
  writeJson('state.json', state);

  const { KAFKA_BROKERS, DATABASE_URL, CLOUD_API_URL } = process.env;
  const apps = APPS.filter(({ name }) => name !== 'simulator' || !CLOUD_API_URL);
  const ports = await choosePorts(freePort, port, {
    ...Object.fromEntries(apps.map(({ name, ports }) => [name, ports])),
    kafka: ['broker', 'controller'],
    postgres: ['port'],
  });
  const simulatorUrl = CLOUD_API_URL
    ? await simulatorAt(CLOUD_API_URL)
    : `http://127.0.0.1:${ports.simulator.PORT}`;
  const baseUrl = `http://127.0.0.1:${ports.gateway.PORT}/api`;

  /** @type {import('./apps.mjs').System} */
  const system = {
    home,
    ports,
    databaseUrl: DATABASE_URL,
    kafkaBrokers: KAFKA_BROKERS,
    cloudApiUrl: CLOUD_API_URL ?? simulatorUrl,
    topicPrefix: process.env.TOPIC_PREFIX ?? '',
    secretKey: state.secretKey,
    adminToken: state.adminToken,
    metaApp: simulatorUrl ? SIMULATED_META_APP : {},
    together,
  };

  let demo;
  let pids = {};
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
  const show = (service) => (line) => {
    const readable = readableLog(service, line, least);
    if (readable) say.line(readable);
  };
  const run = async (name) => {
    await supervisor.keep(name, () => startApp(system, { name, onLine: show(name) }));
    await appReady(system, { name, ended: () => supervisor.ended(name) });
  };
  const logFile = (name) => file(`logs/${name}.log`);

  const kafka = async () => {
    if (system.kafkaBrokers) return say.done(`Kafka of KAFKA_BROKERS is used: ${system.kafkaBrokers}`);
    await step('Kafka', async (note) => {
      const begin = () =>
        startKafka({
          dataDir: file('kafka'),
          logFile: logFile('kafka'),
          pidFile: file('run/kafka.pid'),
          ports: ports.kafka,
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
          port: ports.postgres.port,
          note,
        });
      const { url } = await supervisor.keep('postgres', begin);
      system.databaseUrl = url;
      return { said: `up on 127.0.0.1:${ports.postgres.port}` };
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
    delete state.secretKey; // what it sealed opens by the secrets of the services now
    writeJson('state.json', state);
  };
  const services = processesOf(
    apps.map(({ name }) => name).filter((name) => name !== 'simulator'),
    together,
  );
  const titleOf = (name) => (name === TOGETHER ? `${together.join(' + ')} (one process)` : name);

  await Promise.all([
    kafka(),
    postgres(),
    build().then(
      () =>
        !CLOUD_API_URL &&
        step(`Simulator of Meta's Cloud API`, () =>
          run('simulator').then(() => ({ said: `up on ${simulatorUrl}` })),
        ),
    ),
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

  if (demo.apiKey) say.line(howToTry({ baseUrl, ...demo }));
  else
    say.line(
      `\nConnect your WhatsApp Business Account: see README.md. The admin token is in ${file('demo.json')}.\n`,
    );
  const at = (path) => new URL(path, baseUrl).href;
  say.done(
    say.bold(
      `All is ready after ${seconds()}: the API is at ${baseUrl}, its reference with try-it at ${at('/docs')}`,
    ),
  );
  const shown = relative(process.cwd(), home);
  say.line(`  The console is at ${at('/console')}; it takes the adminToken of ${file('demo.json')}.`);
  say.line(`  Ctrl-C stops everything; the data stays in ${shown.startsWith('..') ? home : shown}.`);
}

/** Ends what a killed run left, refuses to start beside a living one, and clears what is not to be kept. */
async function tidyUp(endLeftOver, fresh) {
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

/** Keys, messages and media lie there: nobody else looks into it, nor into one of an earlier start. */
function makeHome() {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  chmodSync(home, 0o700);
}

/** Ports by process and purpose: those of the last start where they are free, the gateway's is `port`. */
async function choosePorts(freePort, port, wanted) {
  const before = readJson('ports.json') ?? {};
  const chosen = {};
  for (const [name, purposes] of Object.entries(wanted)) {
    chosen[name] = {};
    for (const purpose of purposes) {
      const last = before[name]?.[purpose];
      chosen[name][purpose] = last && (await isFree(last)) ? last : await freePort();
    }
  }
  chosen.gateway.PORT = port;
  if (!(await isFree(chosen.gateway.PORT)))
    throw new SetupError(
      `Port ${chosen.gateway.PORT} is not free: set PORT to another, as in PORT=3100 npm start.`,
    );
  writeJson('ports.json', chosen);
  return chosen;
}

const isFree = (port) =>
  new Promise((done) => {
    const server = createServer().once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });

/** CLOUD_API_URL itself where it is a simulator on this machine. */
async function simulatorAt(url) {
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname)) return undefined;
  const answer = await fetch(new URL('/_control/messages?limit=1', url)).catch(() => undefined);
  return answer?.ok ? url.replace(/\/$/, '') : undefined;
}

/** The first signal, or the death of the process that started us, stops all in order; Ctrl-C again ends at once. */
function stopOnSignal(stop) {
  let since;
  const stopAll = async () => {
    if (since) return;
    since = performance.now();
    say.line('Stopping …');
    await stop();
    say.done(`All has stopped (${((performance.now() - since) / 1000).toFixed(1)} s)`);
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGHUP', 'disconnect']) process.on(signal, stopAll);
  process.on('SIGINT', () => {
    // One Ctrl-C comes several times: from the terminal, from npm, from the process that started us.
    if (since && performance.now() - since > 1_000) process.exit(1);
    void stopAll();
  });
}

const readJson = (name) =>
  existsSync(file(name)) ? JSON.parse(readFileSync(file(name), 'utf8')) : undefined;

function writeJson(name, value) {
  const incoming = file(`${name}.incoming`);
  writeFileSync(incoming, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(incoming, file(name));
}

await main().catch((error) => {
  say.failed(error.name === 'SetupError' ? error.message : error.stack);
  process.exit(1);
});
