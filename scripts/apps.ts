import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { root } from './bootstrap.mjs';
import { launch, tail, type Launched, type Running } from './embedded/launch.ts';
import { SetupError } from './say.mjs';
import type { Wave } from './supervisor.ts';

/** The facts about an installation that its apps need. */
export type System = {
  /** The folder of the installation's data, logs and pid files. */
  readonly home: string;
  /** Ports by app, or instance of an app, and by the environment variable that holds the port. */
  readonly ports: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Undefined until Postgres is up. */
  databaseUrl: string | undefined;
  /** Undefined until Kafka is up. */
  kafkaBrokers: string | undefined;
  readonly cloudApiUrl: string;
  readonly topicPrefix: string;
  /** The key that all services shared, if an earlier version made the installation. */
  readonly secretKey?: string | undefined;
  readonly adminToken: string;
  readonly metaApp: Readonly<Record<string, string>>;
  /** The services that share one process. */
  readonly together: readonly string[];
};

type Ports = Readonly<Record<string, number>>;

type App = {
  readonly name: string;
  /** The environment variables that hold a port of the app. */
  readonly ports: readonly string[];
  /** The app's environment variables, without its ports and those of common(). */
  readonly env: (system: System) => NodeJS.ProcessEnv;
  /** The URL that answers 200 once the app is ready. */
  readonly ready: (ports: Ports) => string;
};

/** The services beside the gateway that store media. */
const MEDIA_SERVICES = ['messaging', 'templates'];

/** The apps of this repository that `npm start` runs. */
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

/** The script that runs before the apps and makes topics, database roles, schemas, and each service's own secrets. */
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

/** The secrets of the simulator's webhooks. They are public: they must never be a default with the real Meta. */
export const SIMULATED_META_APP = {
  META_APP_SECRET: 'simulator-app-secret',
  META_VERIFY_TOKEN: 'simulator-verify-token',
};

/** The shared process's name, which its log and pid file have. */
export const TOGETHER = 'together';

/** Services that share a process unless WBIZ_TOGETHER says otherwise: all but messaging, the only one on the way of every send. */
const USUALLY_TOGETHER = ['contacts', 'templates', 'campaigns', 'webhooks'];

/** The services that share a process by WBIZ_TOGETHER; with `none`, each has a process of its own. */
export function sharing(wanted = process.env.WBIZ_TOGETHER) {
  if (!wanted) return USUALLY_TOGETHER;
  const names = wanted === 'none' ? [] : wanted.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !SERVICES.includes(name));
  if (unknown === undefined) return names;
  throw new SetupError(
    `WBIZ_TOGETHER names ${unknown}; it takes some of ${SERVICES.join(',')}, or none for a process each.`,
  );
}

/** The names of the processes that these apps run in. */
export const processesOf = (names: readonly string[], together: readonly string[]): readonly string[] => [
  ...new Set(names.map((name) => (together.includes(name) ? TOGETHER : name))),
];

/** The order in which processes are stopped; those of a wave that still run `byMs` after the stop began are killed. */
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

/** Unless MEDIA_STORE is set, the gateway, messaging and templates store media in the same folder. */
const media = ({ home }: System) => ({ MEDIA_STORE: process.env.MEDIA_STORE || join(home, 'media') });

/** Unless WEBHOOKS_ALLOW_INSECURE is set, allows webhook endpoints on this machine, to try webhooks with. */
const onThisMachine = () => ({ WEBHOOKS_ALLOW_INSECURE: process.env.WEBHOOKS_ALLOW_INSECURE || 'true' });

function health({ HEALTH_PORT }: Ports) {
  return `http://127.0.0.1:${HEALTH_PORT}/health/ready`;
}

/**
 * Starts the process of an app, or the process that several services share. `instance`: the process's name, also in
 * `system.ports`, if the app has several. Each line that it prints goes to `<home>/logs/<instance>.log` and to `onLine`.
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

/** The shared process's environment: a variable with a service's name as prefix is for that service only. */
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
 * Limits V8's heap. A service needs 50 MiB, but on a machine with much memory V8 would let the old generation grow to 200
 * MiB. A semi-space of 16 MiB took 3.5 ms of CPU a send where the 32 MiB here took 3.2 to 3.3. deploy/docker/entrypoint.sh has the
 * same limits.
 */
const NODE = [
  '--disable-warning=TimeoutNegativeWarning',
  '--max-semi-space-size=32',
  '--max-old-space-size=1024',
];

/** Starts a script of this repository on the current Node, with a log file and a pid file. */
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
 * Resolves once all apps in the process are ready. Throws if they are not within `timeoutMs`, which starts after their
 * migrations, or once the process has ended five times (`ended`).
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
