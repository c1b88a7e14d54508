import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ACCESS_TOKEN, openAccounts, UNLIMITED } from './accounts.ts';
import { apiOf } from './ask.ts';
import type { Graph } from './jobs.ts';
import { openRunning } from './running.ts';
// @boundaries-ignore the bench runs the processes as npm start does
import {
  appReady,
  APPS,
  processesOf,
  PROVISIONING,
  secretsOf,
  sharing,
  SIMULATED_META_APP,
  startApp,
  STOP_WAVES,
  TOGETHER,
  type System,
} from '../../scripts/apps.ts';
// @boundaries-ignore the bench runs the processes as npm start does
import { startKafka } from '../../scripts/embedded/kafka.ts';
// @boundaries-ignore the bench runs the processes as npm start does
import { endLeftOver, freePort } from '../../scripts/embedded/launch.ts';
// @boundaries-ignore the bench runs the processes as npm start does
import { startPostgres } from '../../scripts/embedded/postgres.ts';

const PHONE_NUMBER = '1060000000000001';
const SERVICES = ['gateway', 'messaging', 'contacts', 'templates', 'campaigns', 'webhooks'];
const TALLIED = [...SERVICES, TOGETHER, 'floor'];
const TALLY = `--import=${new URL('tally.ts', import.meta.url).href}`;

type Ports = Record<string, Record<string, number>>;
type Note = (what: string) => void;

/** The names of an app's processes: one per replica. */
const instancesOf = (name: string, replicas: number): readonly string[] =>
  Array.from({ length: SERVICES.includes(name) ? replicas : 1 }, (_, index) =>
    index === 0 ? name : `${name}-${index + 1}`,
  );

export type Installation = Awaited<ReturnType<typeof openInstallation>>;

/**
 * Prepares a new installation under `home`. `nodeOptions(name)`: further NODE_OPTIONS of an app. `replicas`: processes per
 * service. `together`: the services that share a process under `npm start` share one here too.
 */
export async function openInstallation({
  home,
  nodeOptions,
  together,
  replicas,
}: {
  readonly home: string;
  readonly nodeOptions: (name: string) => string;
  readonly together: boolean;
  readonly replicas: number;
}) {
  await begunAnew(home);
  const ports = await portsFor(replicas);
  const simulatorUrl = `http://127.0.0.1:${ports.simulator!.PORT}`;
  const baseUrls = instancesOf('gateway', replicas).map(
    (name) => `http://127.0.0.1:${ports[name]!.PORT}/api`,
  );
  const baseUrl = baseUrls[0]!;
  const system: System = {
    home,
    ports,
    databaseUrl: undefined,
    kafkaBrokers: undefined,
    cloudApiUrl: simulatorUrl,
    topicPrefix: '',
    adminToken: randomBytes(32).toString('base64url'),
    metaApp: SIMULATED_META_APP,
    together: together ? sharing() : [],
  };
  const services = processesOf(SERVICES, system.together).flatMap((name) => instancesOf(name, replicas));
  const tallyPortOf = (name: string) => ports[name]?.BENCH_TALLY;
  const measured = (name: string): NodeJS.ProcessEnv => {
    const tally = tallyPortOf(name);
    const options = [tally && TALLY, nodeOptions(name)].filter(Boolean).join(' ');
    return { NODE_OPTIONS: options, ...(tally && { BENCH_TALLY: String(tally) }) };
  };
  const { keep, stop, ...running } = openRunning(system, measured);
  const logs = countLogs();
  const control = apiOf(`${simulatorUrl}/_control`);
  const files = (name: string) => ({
    dataDir: join(home, name),
    logFile: join(home, 'logs', `${name}.log`),
    pidFile: join(home, 'run', `${name}.pid`),
  });

  const startApps = (names: readonly string[]) =>
    Promise.all(
      names.map(async (name) => {
        const which = { name: name.replace(/-\d+$/, ''), instance: name };
        const more = { ...peersAt(ports, replicas), ...measured(name) };
        keep(name, await startApp(system, { ...which, onLine: logs.onLine(name), more }));
        await running.orFailure(appReady(system, which));
      }),
    );

  return {
    ...running,
    ...openAccounts(baseUrl, apiOf(`${baseUrl}/admin/v1/accounts`, system.adminToken), control),
    baseUrl,
    /** The API's URLs, one per gateway. */
    baseUrls,
    control,
    /** The `total` of a list at the simulator's control API. */
    totalAt: async (path: string) => (await control<{ total: number }>('GET', path)).total,
    /** How often each log line of level warn or higher was written. */
    logged: logs.counts,
    /** The names of the services' processes. */
    services,
    /** The name of the process that runs a service. */
    holderOf: (name: string) => processesOf([name], system.together)[0]!,
    portOf: (name: string, purpose: string) => ports[name]?.[purpose],
    tallyPortOf,
    secretOf(name: string, variable: string): string {
      const secret = secretsOf(system, name)[variable];
      if (secret === undefined) throw new Error(`${name} has no ${variable}.`);
      return secret;
    },

    /** Starts Kafka; resolves with the brokers' addresses. */
    async startKafka(note: Note) {
      const { brokers } = keep('kafka', await startKafka({ ...files('kafka'), note }));
      return (system.kafkaBrokers = brokers);
    },
    /** Starts Postgres; resolves with the database's URL. */
    async startPostgres(note: Note) {
      const settings = { shared_preload_libraries: 'pg_stat_statements' };
      const { url } = keep('postgres', await startPostgres({ ...files('postgres'), settings, note }));
      return (system.databaseUrl = url);
    },
    /** Starts the simulator, without a throughput limit; resolves with what direct calls to the simulator need. */
    async startSimulator(): Promise<Graph> {
      await startApps(['simulator']);
      await control('POST', '/behaviour', { throughputPerSecond: UNLIMITED });
      const { META_APP_SECRET: appSecret } = SIMULATED_META_APP;
      return { cloudApiUrl: simulatorUrl, phoneNumberId: PHONE_NUMBER, accessToken: ACCESS_TOKEN, appSecret };
    },
    async startServices() {
      await running.run('provision', PROVISIONING.main, PROVISIONING.env(system));
      await startApps(services);
    },

    stop: () =>
      stop(
        STOP_WAVES.map(({ names, byMs }) => ({
          names: names.flatMap((name) => instancesOf(name, replicas)),
          byMs,
        })),
      ),
  };
}

/** Ends processes that an earlier run has left, and empties the folder. */
async function begunAnew(home: string): Promise<void> {
  const run = join(home, 'run');
  if (existsSync(run)) for (const name of readdirSync(run)) await endLeftOver(join(run, name));
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
}

async function portsFor(replicas: number): Promise<Ports> {
  const ports: Ports = {};
  for (const { name, ports: purposes } of APPS)
    for (const instance of instancesOf(name, replicas))
      for (const purpose of purposes) (ports[instance] ??= {})[purpose] = await freePort();
  for (const instance of TALLIED.flatMap((name) => instancesOf(name, replicas)))
    (ports[instance] ??= {}).BENCH_TALLY = await freePort();
  return ports;
}

/** The settings (`CONTACTS_RPC`, …) with the RPC addresses of all replicas of each service. */
const peersAt = (ports: Ports, replicas: number): NodeJS.ProcessEnv =>
  Object.fromEntries(
    SERVICES.filter((name) => ports[name]?.RPC_PORT).map((name) => [
      `${name.toUpperCase()}_RPC`,
      instancesOf(name, replicas)
        .map((instance) => `127.0.0.1:${ports[instance]!.RPC_PORT}`)
        .join(','),
    ]),
  );

function countLogs() {
  const counts = new Map<string, number>();
  const onLine = (name: string) => (line: string) => {
    const level = Number(/"level":(\d+)/.exec(line)?.[1] ?? (line.startsWith('{') ? 30 : 50)); // not JSON: from a crash
    if (level < 40) return;
    const key = `${name}: ${/"msg":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  return { counts: counts as ReadonlyMap<string, number>, onLine };
}
