import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { root } from './bootstrap.mjs';
import { launch, tail } from './embedded/launch.mjs';
import { SetupError } from './say.mjs';

/** Besides the gateway. */
const KEEPERS_OF_MEDIA = ['messaging', 'templates'];

/**
 * Every process of ours that `npm start` runs. `ports` are the variables that hold a port; `env` is what an app
 * gets beyond common() and its own ports; `ready` answers 200 once the app can work.
 */
export const APPS = [
  {
    name: 'simulator',
    ports: ['PORT'],
    env: ({ home }) => ({ SIMULATOR_STATE_DIR: join(home, 'simulator') }),
    ready: ({ PORT }) => `http://127.0.0.1:${PORT}/_control/messages?limit=1`,
  },
  {
    name: 'gateway',
    ports: ['PORT', 'HEALTH_PORT', 'RPC_PORT'],
    env: (system) => ({
      ...service(system, 'gateway'),
      ...media(system),
      ADMIN_TOKEN: system.adminToken,
      ...system.metaApp,
    }),
    ready: health,
  },
  ...['messaging', 'contacts', 'templates', 'campaigns', 'webhooks'].map((name) => ({
    name,
    ports: ['HEALTH_PORT', 'RPC_PORT'],
    env: (system) => ({
      ...service(system, name),
      ...(KEEPERS_OF_MEDIA.includes(name) && media(system)),
      ...(name === 'webhooks' && onThisMachine()),
    }),
    ready: health,
  })),
];

/** Runs once before the apps: topics, roles, schemas, and what each service alone may know. */
export const PROVISIONING = {
  main: 'libs/service-kit/dist/provision.js',
  env: (system) => ({
    ...common(system),
    DATABASE_URL: system.databaseUrl,
    SECRETS_DIR: secretsDir(system),
    SECRET_KEY: system.secretKey ?? '',
    ADMIN_TOKEN: system.adminToken,
  }),
};

const secretsDir = ({ home }) => join(home, 'secrets');

/** What provisioning has made for a service. */
export const secretsOf = (system, name) =>
  parseEnv(readFileSync(join(secretsDir(system), name, 'secrets.env'), 'utf8'));

/** What the simulator signs its webhooks with: never a default for the real Meta. */
export const SIMULATED_META_APP = {
  META_APP_SECRET: 'simulator-app-secret',
  META_VERIFY_TOKEN: 'simulator-verify-token',
};

/** In this order all is stopped; each wave is killed when `byMs` have passed since the first was asked to end. */
export const STOP_WAVES = [
  { names: ['gateway'], byMs: 2_500 },
  { names: ['messaging', 'contacts', 'templates', 'campaigns', 'webhooks'], byMs: 6_500 },
  { names: ['simulator'], byMs: 7_500 },
  { names: ['kafka', 'postgres'], byMs: 9_500 },
];

/**
 * @typedef {object} System what the apps of one installation share
 * @property {string} home folder of its data, logs and pid files
 * @property {Record<string, Record<string, number>>} ports by app and variable
 * @property {string} databaseUrl
 * @property {string} kafkaBrokers
 * @property {string} cloudApiUrl
 * @property {string} topicPrefix
 * @property {string} [secretKey] of installations that had one for all services
 * @property {string} adminToken
 * @property {Record<string, string>} metaApp
 */

/** @param {System} system */
function common({ ports, kafkaBrokers, cloudApiUrl, topicPrefix }) {
  const services = APPS.map(({ name }) => name).filter((name) => ports[name]?.RPC_PORT);
  return {
    KAFKA_BROKERS: kafkaBrokers,
    CLOUD_API_URL: cloudApiUrl,
    TOPIC_PREFIX: topicPrefix,
    ...Object.fromEntries(
      services.map((name) => [`${name.toUpperCase()}_RPC`, `127.0.0.1:${ports[name].RPC_PORT}`]),
    ),
  };
}

/** What a service gets: its own secrets and no other's. */
const service = (system, name) => ({ ...common(system), ...secretsOf(system, name) });

/** The gateway, messaging and templates share it; whoever started us may have one of their own. */
const media = ({ home }) => ({ MEDIA_STORE: process.env.MEDIA_STORE || join(home, 'media') });

/** Webhooks may be on this machine, for whoever tries them. */
const onThisMachine = () => ({ WEBHOOKS_ALLOW_INSECURE: process.env.WEBHOOKS_ALLOW_INSECURE || 'true' });

function health({ HEALTH_PORT }) {
  return `http://127.0.0.1:${HEALTH_PORT}/health/ready`;
}

/**
 * Starts one process of an app. `instance` tells several of one app apart and has ports of its own in
 * `system.ports`. Each line it prints goes to `<home>/logs/<instance>.log` and to `onLine`.
 *
 * @param {System} system
 * @param {{ name: string, instance?: string, onLine?: (line: string) => void, more?: NodeJS.ProcessEnv }} which
 */
export async function startApp(system, { name, instance = name, onLine, more }) {
  const { env } = APPS.find((app) => app.name === name);
  return startNode(system, {
    main: `apps/${name}/dist/main.js`,
    instance,
    onLine,
    env: { ...env(system), ...variables(system, instance), ...more },
  });
}

/** Starts a compiled script of ours; also how provisioning runs. */
export async function startNode({ home }, { main, instance, env, onLine = () => undefined }) {
  const marker = join(root, main);
  const started = await launch({
    command: process.execPath,
    args: ['--disable-warning=TimeoutNegativeWarning', marker],
    marker,
    pidFile: join(home, 'run', `${instance}.pid`),
    env: { ...process.env, NODE_COMPILE_CACHE: join(root, '.cache', 'compiled'), ...env },
  });
  mkdirSync(join(home, 'logs'), { recursive: true });
  const log = createWriteStream(join(home, 'logs', `${instance}.log`), { flags: 'a', mode: 0o600 });
  for (const stream of [started.child.stdout, started.child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      onLine(line);
    });
  started.child.once('close', () => log.end());
  return started;
}

/**
 * Resolves once the app answers that it is ready; `ended` counts its deaths, of which five are too many. A migration may
 * take as long as it does.
 */
export async function appReady(
  { home, ports },
  { name, instance = name, ended = () => 0, timeoutMs = 120_000 },
) {
  const url = APPS.find((app) => app.name === name).ready(ports[instance]);
  const log = join(home, 'logs', `${instance}.log`);
  const failed = (what) => new SetupError(`${instance} ${what}. The end of ${log}:\n${tail(log)}`);
  for (let giveUp = Date.now() + timeoutMs; Date.now() < giveUp; await delay(100)) {
    if (ended() >= 5) throw failed('ends again and again');
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    const said = await answer?.json().catch(() => undefined);
    if (answer?.ok) return;
    if (said?.checks?.migrations?.ok === false) giveUp = Date.now() + timeoutMs;
  }
  throw failed(`was not ready within ${timeoutMs / 1000} s`);
}

const variables = ({ ports }, instance) =>
  Object.fromEntries(Object.entries(ports[instance]).map(([name, port]) => [name, String(port)]));

/** The scopes that a key can hold. */
export async function allScopes() {
  return (await import(join(root, 'libs/contracts/dist/scopes.js'))).SCOPES;
}
