import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { root } from './bootstrap.mjs';
import { launch, tail, type Launched, type Running } from './embedded/launch.ts';
import { SetupError } from './say.mjs';
import type { Wave } from './supervisor.ts';

/** One installation, as far as all its apps need to know it. */
export type System = {
  /** The folder of its data, logs and pid files. */
  readonly home: string;
  /** By app (or instance of an app) and variable. */
  readonly ports: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Undefined until Postgres is up. */
  databaseUrl: string | undefined;
  /** Undefined until Kafka is up. */
  kafkaBrokers: string | undefined;
  readonly cloudApiUrl: string;
  readonly topicPrefix: string;
  /** The one key of all services, in an installation of an earlier version. */
  readonly secretKey?: string | undefined;
  readonly adminToken: string;
  readonly metaApp: Readonly<Record<string, string>>;
  /** The services that share a process. */
  readonly together: readonly string[];
};

type Ports = Readonly<Record<string, number>>;

type App = {
  readonly name: string;
  /** The variables that hold a port. */
  readonly ports: readonly string[];
  /** Variables besides those of common() and its ports. */
  readonly env: (system: System) => NodeJS.ProcessEnv;
  /** The URL that answers 200 once the app is ready. */
  readonly ready: (ports: Ports) => string;
};

/** The services that store media, besides the gateway. */
const MEDIA_SERVICES = ['messaging', 'templates'];

/** Every process of ours that `npm start` runs. */
export const APPS: readonly App[] = [
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
      ...secretsOf(system, 'gateway'),
      ...media(system),
      ADMIN_TOKEN: system.adminToken,
      ...system.metaApp,
    }),
    ready: health,
  },
  ...['messaging', 'contacts', 'templates', 'campaigns', 'webhooks'].map((name): App => ({
    name,
    ports: ['HEALTH_PORT', 'RPC_PORT'],
    env: (system) => ({
      ...secretsOf(system, name),
      ...(MEDIA_SERVICES.includes(name) && media(system)),
      ...(name === 'webhooks' && onThisMachine()),
    }),
    ready: health,
  })),
];

const SERVICES = APPS.flatMap(({ name, ports }) => (ports.includes('RPC_PORT') ? [name] : []));

/** Runs once before the apps: makes topics, roles, schemas, and each service's own secrets. */
export const PROVISIONING = {
  main: 'libs/service-kit/dist/provision.js',
  env: (system: System) => ({
    ...common(system),
    DATABASE_URL: system.databaseUrl,
    SECRETS_DIR: secretsDir(system),
    SECRET_KEY: system.secretKey ?? '',
    ADMIN_TOKEN: system.adminToken,
  }),
};

const secretsDir = ({ home }: Pick<System, 'home'>) => join(home, 'secrets');

/** The secrets that provisioning made for a service. */
export const secretsOf = (system: Pick<System, 'home'>, name: string) =>
  parseEnv(readFileSync(join(secretsDir(system), name, 'secrets.env'), 'utf8'));

/** The secrets by which the simulator signs its webhooks; they must never be a default for the real Meta. */
export const SIMULATED_META_APP = {
  META_APP_SECRET: 'simulator-app-secret',
  META_VERIFY_TOKEN: 'simulator-verify-token',
};

/** The name of the shared process, for its log and pid file. */
export const TOGETHER = 'together';

/** The services that share a process unless WBIZ_TOGETHER is set: no send goes through them. */
const USUALLY_TOGETHER = ['contacts', 'templates', 'campaigns', 'webhooks'];

/** The services that share a process by WBIZ_TOGETHER, of which `none` gives each its own. */
export function sharing(wanted = process.env.WBIZ_TOGETHER) {
  if (!wanted) return USUALLY_TOGETHER;
  const names = wanted === 'none' ? [] : wanted.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !SERVICES.includes(name));
  if (unknown === undefined) return names;
  throw new SetupError(
    `WBIZ_TOGETHER names ${unknown}; it takes some of ${SERVICES.join(',')}, or none for a process each.`,
  );
}

/** The processes that hold these apps. */
export const processesOf = (names: readonly string[], together: readonly string[]): readonly string[] => [
  ...new Set(names.map((name) => (together.includes(name) ? TOGETHER : name))),
];

/** The order in which processes are stopped; a wave that still runs `byMs` after the stop began is killed. */
export const STOP_WAVES: readonly Wave[] = [
  { names: ['gateway'], byMs: 2_500 },
  { names: ['messaging', 'contacts', 'templates', 'campaigns', 'webhooks', TOGETHER], byMs: 6_500 },
  { names: ['simulator'], byMs: 7_500 },
  { names: ['kafka', 'postgres'], byMs: 9_500 },
];

function common({ ports, kafkaBrokers, cloudApiUrl, topicPrefix }: System): NodeJS.ProcessEnv {
  return {
    KAFKA_BROKERS: kafkaBrokers,
    CLOUD_API_URL: cloudApiUrl,
    TOPIC_PREFIX: topicPrefix,
    ...Object.fromEntries(
      SERVICES.map((name) => [`${name.toUpperCase()}_RPC`, `127.0.0.1:${ports[name]!['RPC_PORT']}`]),
    ),
  };
}

/** One folder for the gateway, messaging and templates, unless MEDIA_STORE is set. */
const media = ({ home }: System) => ({ MEDIA_STORE: process.env.MEDIA_STORE || join(home, 'media') });

/** Lets webhooks go to this machine, for trying them. */
const onThisMachine = () => ({ WEBHOOKS_ALLOW_INSECURE: process.env.WEBHOOKS_ALLOW_INSECURE || 'true' });

function health({ HEALTH_PORT }: Ports) {
  return `http://127.0.0.1:${HEALTH_PORT}/health/ready`;
}

/**
 * Starts the process of an app, or the one that several services share. `instance` names it where an app has several; its
 * ports are in `system.ports`. Each line that it prints goes to `<home>/logs/<instance>.log` and to `onLine`.
 */
export async function startApp(
  system: System,
  {
    name,
    instance = name,
    onLine,
    more,
  }: { name: string; instance?: string; onLine?: (line: string) => void; more?: NodeJS.ProcessEnv },
): Promise<Running> {
  const [main, env] =
    name === TOGETHER
      ? (['libs/service-kit/dist/together.js', envOfAll(system)] as const)
      : ([`apps/${name}/dist/main.js`, envOf(system, name, instance)] as const);
  return startNode(system, { main, instance, onLine, env: { ...common(system), ...env, ...more } });
}

const appOf = (name: string): App => APPS.find((app) => app.name === name)!;

const envOf = (system: System, name: string, instance = name): NodeJS.ProcessEnv => ({
  ...appOf(name).env(system),
  ...variables(system, instance),
});

/** A variable prefixed with a service's name is for that service only. */
const envOfAll = (system: System): NodeJS.ProcessEnv => ({
  WBIZ_TOGETHER: system.together.join(','),
  ...Object.fromEntries(
    system.together.flatMap((name) =>
      Object.entries(envOf(system, name)).map(([variable, value]) => [
        `${name.toUpperCase()}_${variable}`,
        value,
      ]),
    ),
  ),
});

/**
 * Limits V8's heap, of which a service needs 50 MiB: on a machine with much memory, V8 would let the old generation grow
 * to 200 MiB. A semi-space of 16 MiB costs 5 % more CPU under load than one of 32 MiB. The same limits are in
 * deploy/docker/entrypoint.sh.
 */
const NODE = [
  '--disable-warning=TimeoutNegativeWarning',
  '--max-semi-space-size=32',
  '--max-old-space-size=1024',
];

/** Starts a compiled script of ours; provisioning runs this way too. */
export async function startNode(
  { home }: Pick<System, 'home'>,
  {
    main,
    instance,
    env,
    onLine = () => undefined,
  }: {
    main: string;
    instance: string;
    env: NodeJS.ProcessEnv;
    onLine?: ((line: string) => void) | undefined;
  },
): Promise<Launched> {
  const marker = join(root, main);
  const started = await launch({
    command: process.execPath,
    args: [...NODE, marker],
    marker,
    pidFile: join(home, 'run', `${instance}.pid`),
    env: { ...process.env, NODE_COMPILE_CACHE: join(root, '.cache', 'compiled'), ...env },
  });
  mkdirSync(join(home, 'logs'), { recursive: true });
  const log = createWriteStream(join(home, 'logs', `${instance}.log`), { flags: 'a', mode: 0o600 });
  for (const stream of [started.child.stdout, started.child.stderr])
    createInterface({ input: stream! }).on('line', (line) => {
      log.write(`${line}\n`);
      onLine(line);
    });
  started.child.once('close', () => log.end());
  return started;
}

/**
 * Resolves once everything in the process is ready. Throws after `timeoutMs`, not counting the time of its migrations, or
 * once `ended`, the number of its exits, is five.
 */
export async function appReady(
  { home, ports, together }: Pick<System, 'home' | 'ports' | 'together'>,
  {
    name,
    instance = name,
    ended = () => 0,
    timeoutMs = 120_000,
  }: { name: string; instance?: string; ended?: () => number; timeoutMs?: number },
): Promise<void> {
  const urls =
    name === TOGETHER
      ? together.map((one) => appOf(one).ready(ports[one]!))
      : [appOf(name).ready(ports[instance]!)];
  const log = join(home, 'logs', `${instance}.log`);
  const failed = (what: string) => new SetupError(`${instance} ${what}. The end of ${log}:\n${tail(log)}`);
  for (let giveUp = Date.now() + timeoutMs; Date.now() < giveUp; await delay(100)) {
    if (ended() >= 5) throw failed('ends again and again');
    const answers = await Promise.all(urls.map(readiness));
    if (answers.every(({ ok }) => ok)) return;
    if (answers.some(({ said }) => said?.checks?.migrations?.ok === false)) giveUp = Date.now() + timeoutMs;
  }
  throw failed(`was not ready within ${timeoutMs / 1000} s`);
}

type Said = { checks?: { migrations?: { ok: boolean } } };

async function readiness(url: string): Promise<{ ok: boolean | undefined; said: Said | undefined }> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  return { ok: answer?.ok, said: (await answer?.json().catch(() => undefined)) as Said | undefined };
}

const variables = ({ ports }: System, instance: string): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(ports[instance]!).map(([name, port]) => [name, String(port)]));

/** The scopes that a key can hold. */
export async function allScopes(): Promise<readonly string[]> {
  return ((await import(join(root, 'libs/contracts/dist/scopes.js'))) as { SCOPES: string[] }).SCOPES;
}
