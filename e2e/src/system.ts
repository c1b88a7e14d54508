import { freshDatabase, topicPrefix, embeddedStack, until } from '@wbiz/testing/stack';
import { SCOPES, type Scope } from '@wbiz/contracts/scopes';
import { SERVICES, topics } from '@wbiz/contracts/topics';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// @boundaries-ignore the tests run the processes as npm start does
import {
  APPS as apps,
  appReady,
  processesOf,
  SIMULATED_META_APP,
  startApp,
  startNode,
  PROVISIONING,
  secretsOf,
  TOGETHER,
} from '../../scripts/apps.ts';
// @boundaries-ignore the tests run the processes as npm start does
import { freePort } from '../../scripts/embedded/launch.ts';
import { call, client, ok, type Client } from './api-client.js';
import { startOwnStack } from './own-stack.js';

const APPS = apps as readonly { name: string; ports: readonly string[] }[];

type Running = { pid: number; exited: Promise<string>; stop: (withinMs?: number) => Promise<void> };
type Json = Record<string, unknown>;
type Instance = { readonly name: string; readonly instance: string };
type Ports = Record<string, Record<string, number>>;
type Apps = Parameters<typeof startApp>[0];

export const WABA = '1000000000000001';
export const PERSON = '+918899332211';
const ADMIN_TOKEN = 'an-admin-token-of-the-tests';

export type SystemOptions = {
  /** Processes per app; default 1. */
  readonly replicas?: Readonly<Record<string, number>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The services that share one process, whose instance name is `together`. */
  readonly together?: readonly string[];
  /** Starts a Kafka and a Postgres for this system alone, which the test may stop. */
  readonly ownStack?: boolean;
  /** Starts a process again when it ends, as Kubernetes does. */
  readonly supervised?: boolean;
};

/** Starts a whole installation, as `npm start` does, with its own database, topics and simulator. */
export async function startSystem({
  replicas = {},
  env = {},
  together = [],
  ownStack = false,
  supervised = false,
}: SystemOptions = {}) {
  const home = await mkdtemp(join(tmpdir(), 'wbiz-e2e-'));
  const stack = ownStack ? await startOwnStack(home) : undefined;
  const brokers = stack?.brokers ?? embeddedStack().brokers;
  const database = stack?.database ?? (await freshDatabase());
  const prefix = topicPrefix();
  const { instances, ports } = await instancesOf(replicas);
  const simulatorUrl = `http://127.0.0.1:${ports.simulator!.PORT}`;
  const system = {
    home,
    ports,
    databaseUrl: database.url,
    kafkaBrokers: brokers.join(','),
    cloudApiUrl: simulatorUrl,
    topicPrefix: prefix,
    adminToken: ADMIN_TOKEN,
    metaApp: SIMULATED_META_APP,
    together,
  };
  const provision = () => provisioned(system);
  await provision();
  const made = SERVICES.flatMap((service) =>
    Object.values(secretsOf(system, service)).flatMap((value) => value ?? []),
  );
  const more = { LOG_LEVEL: 'info', ...peersOf(instances, ports), ...env };
  const processes = processesOfSystem(system, { instances, more, supervised });
  const stop = async () => {
    await processes.stop();
    await database.drop();
    await stack?.stop();
    if (!process.env.KEEP_LOGS) await rm(home, { recursive: true, force: true });
  };
  try {
    const names = processesOf(
      instances.map(({ instance }) => instance),
      together,
    );
    await Promise.all(names.map(processes.start));
  } catch (error) {
    await stop();
    throw error;
  }
  const baseUrls = instances
    .filter(({ name }) => name === 'gateway')
    .map(({ instance }) => `http://127.0.0.1:${ports[instance]!.PORT}/api`);

  return {
    ...usesOf(baseUrls, simulatorUrl),
    ...processes,
    stop,
    baseUrls,
    simulatorUrl,
    adminToken: ADMIN_TOKEN,
    brokers,
    databaseUrl: database.url,
    ports,
    topics: topics(prefix),
    home,
    /** Secrets that must appear in no log, topic or answer. */
    secrets: [ADMIN_TOKEN, ...made],
    stack,
    provision,
  };
}
export type System = Awaited<ReturnType<typeof startSystem>>;

/** One instance per replica of each app, named `gateway`, `gateway-2` and so on, with free ports. */
async function instancesOf(replicas: Readonly<Record<string, number>>) {
  const ports: Ports = {};
  const instances: Instance[] = [];
  for (const { name, ports: purposes } of APPS)
    for (let index = 1; index <= (replicas[name] ?? 1); index += 1) {
      const instance = index === 1 ? name : `${name}-${index}`;
      instances.push({ name, instance });
      ports[instance] = {};
      for (const purpose of purposes) ports[instance][purpose] = await freePort();
    }
  return { instances, ports };
}

/** The settings (`CONTACTS_RPC`, …) with the RPC addresses of all replicas of each service. */
const peersOf = (instances: readonly Instance[], ports: Ports) =>
  Object.fromEntries(
    APPS.filter(({ ports: purposes }) => purposes.includes('RPC_PORT')).map(({ name }) => [
      `${name.toUpperCase()}_RPC`,
      instances
        .filter((other) => other.name === name)
        .map(({ instance }) => `127.0.0.1:${ports[instance]!.RPC_PORT}`)
        .join(','),
    ]),
  );

async function provisioned(system: Apps): Promise<void> {
  const printed: string[] = [];
  const provisioning = await startNode(system, {
    instance: 'provision',
    main: PROVISIONING.main,
    env: PROVISIONING.env(system),
    onLine: ((line: string) => void printed.push(line)) as () => undefined,
  });
  if ((await provisioning.exited) !== 'with exit code 0')
    throw new Error(`Provisioning failed:\n${printed.join('\n')}`);
}

/** Starts, kills, restarts and stops the processes of a system, each known by its instance name. */
function processesOfSystem(
  system: Apps,
  {
    instances,
    more,
    supervised,
  }: { instances: readonly Instance[]; more: Readonly<Record<string, string>>; supervised: boolean },
) {
  const running = new Map<string, Running>();
  /** One line for each process that ended by itself and was started again. */
  const restarts: string[] = [];
  let stopping = false;

  const start = async (instance: string): Promise<void> => {
    const name = instances.find((other) => other.instance === instance)?.name ?? TOGETHER;
    running.set(instance, (await startApp(system, { name, instance, more })) as Running);
    let ended: string | undefined;
    void running.get(instance)!.exited.then((how) => {
      ended = how;
      if (!supervised || stopping) return;
      restarts.push(`${instance} ended ${how}`);
      setTimeout(() => {
        if (!stopping) start(instance).catch(() => undefined); // the exit handler above retries
      }, 200);
    });
    await appReady(system, { name, instance, ended: () => (ended ? 99 : 0) });
  };

  return {
    restarts,
    start,
    pidOf: (instance: string) => running.get(instance)!.pid,

    /** Kills a process with SIGKILL, like a crash. Resolves once the process has ended. */
    kill: async (instance: string) => {
      const victim = running.get(instance)!;
      process.kill(victim.pid, 'SIGKILL');
      await victim.exited;
    },

    /** Ends a process with SIGTERM and starts a new one. Once that is ready, resolves to how the first process ended. */
    restart: async (instance: string) => {
      const process = running.get(instance)!;
      await process.stop(20_000);
      await start(instance);
      return process.exited;
    },

    stop: async () => {
      stopping = true;
      await Promise.all([...running.values()].map((process) => process.stop(10_000)));
    },
  };
}

/** Functions that act as operators, clients and people do. */
function usesOf(baseUrls: readonly string[], simulatorUrl: string) {
  const baseUrl = baseUrls[0]!;
  const control = async <Body = Json>(method: string, path: string, body?: unknown) =>
    (await call<Body>(method, `${simulatorUrl}/_control${path}`, { body })).body;
  const admin = <Body = Json>(method: string, path: string, body?: unknown) =>
    call<Body>(method, `${baseUrl}/admin/v1${path}`, { bearer: ADMIN_TOKEN, body });
  /** Sets the URL to which the simulator posts webhooks. */
  const webhooksTo = (url: string) =>
    control('POST', '/webhook', {
      url: `${url}/meta/webhook`,
      secret: SIMULATED_META_APP.META_APP_SECRET,
      verifyToken: SIMULATED_META_APP.META_VERIFY_TOKEN,
    });

  return {
    baseUrl,
    control,
    admin,
    webhooksTo,
    client: (apiKey: string) => client(baseUrls, apiKey),

    /** Connects a WABA of the simulator and makes an API key, by default with every scope. */
    connect: async ({
      wabaId = WABA,
      accessToken = 'simulator-token',
      plan = 'unlimited',
      scopes = SCOPES as readonly Scope[],
    } = {}) => {
      await webhooksTo(baseUrl);
      const account = ok(await admin<{ id: string }>('POST', '/accounts', { wabaId, accessToken, plan }));
      const key = ok(
        await admin<{ id: string; key: string }>('POST', `/accounts/${account.id}/keys`, {
          name: 'test',
          scopes,
        }),
      );
      const api = client(baseUrls, key.key);
      await until(async () => (await api.get<{ data: unknown[] }>('/v1/templates')).body.data?.length, {
        timeoutMs: 20_000,
        describe: "the account's templates, pulled from Meta",
      });
      return { accountId: account.id, keyId: key.id, ...api };
    },

    /** Lets a person write, which opens the customer service window. Resolves to the wamid once the feed has the message. */
    writeIn: async (
      api: Client,
      from = PERSON,
      body = 'Hello',
      more: { timestamp?: number; phoneNumberId?: string; name?: string } = {},
    ) => {
      const { wamid } = await control<{ wamid: string }>('POST', '/inbound', {
        from,
        name: 'Gaurav',
        message: { type: 'text', text: { body } },
        ...more,
      });
      let since: string | undefined;
      await until(
        async () => {
          const page = await api.events({ since, types: 'message.received' });
          since = page.nextCursor;
          return page.data.some((event) => event.data.wamid === wamid);
        },
        { timeoutMs: 20_000, describe: `message.received of ${wamid} in the feed` },
      );
      return wamid;
    },
  };
}
