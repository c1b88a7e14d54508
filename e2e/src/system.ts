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
import { startKafka } from '../../scripts/embedded/kafka.ts';
// @boundaries-ignore the tests run the processes as npm start does
import { freePort } from '../../scripts/embedded/launch.ts';
// @boundaries-ignore the tests run the processes as npm start does
import { startPostgres } from '../../scripts/embedded/postgres.ts';

const APPS = apps as readonly { name: string; ports: readonly string[] }[];

type Running = { pid: number; exited: Promise<string>; stop: (withinMs?: number) => Promise<void> };
type Json = Record<string, unknown>;
export type Answer<Body = Json> = { status: number; headers: Headers; body: Body };

export const WABA = '1000000000000001';
export const PERSON = '+918899332211';
const ADMIN_TOKEN = 'an-admin-token-of-the-tests';

export type SystemOptions = {
  /** Processes per app; default 1. */
  readonly replicas?: Readonly<Record<string, number>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Services that share one process, the instance `together`. */
  readonly together?: readonly string[];
  /** Its own Kafka and Postgres, which a test may stop. */
  readonly ownStack?: boolean;
  /** Restarts processes that end, as Kubernetes does. */
  readonly supervised?: boolean;
};

/** A whole installation as `npm start` runs it, with its own database, topics and simulator. */
export async function startSystem({
  replicas = {},
  env = {},
  together = [],
  ownStack = false,
  supervised = false,
}: SystemOptions = {}) {
  const home = await mkdtemp(join(tmpdir(), 'wbiz-e2e-'));
  const stack = ownStack ? await openStack(home) : undefined;
  const brokers = stack?.brokers ?? embeddedStack().brokers;
  const database = stack?.database ?? (await freshDatabase());
  const prefix = topicPrefix();

  const instances = APPS.flatMap(({ name, ports }) =>
    Array.from({ length: replicas[name] ?? 1 }, (_, index) => ({
      name,
      ports,
      instance: index === 0 ? name : `${name}-${index + 1}`,
    })),
  );
  const ports: Record<string, Record<string, number>> = {};
  for (const { instance, ports: purposes } of instances) {
    ports[instance] = {};
    for (const purpose of purposes) ports[instance][purpose] = await freePort();
  }
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

  const provision = async () => {
    const printed: string[] = [];
    const provisioning = await startNode(system, {
      instance: 'provision',
      main: PROVISIONING.main,
      env: PROVISIONING.env(system),
      onLine: ((line: string) => void printed.push(line)) as () => undefined,
    });
    if ((await provisioning.exited) !== 'with exit code 0')
      throw new Error(`Provisioning failed:\n${printed.join('\n')}`);
  };
  await provision();
  const made = SERVICES.flatMap((service) =>
    Object.values(secretsOf(system, service)).flatMap((value) => value ?? []),
  );

  const peers = Object.fromEntries(
    APPS.filter(({ ports: purposes }) => purposes.includes('RPC_PORT')).map(({ name }) => [
      `${name.toUpperCase()}_RPC`,
      instances
        .filter((other) => other.name === name)
        .map(({ instance }) => `127.0.0.1:${ports[instance]!.RPC_PORT}`)
        .join(','),
    ]),
  );
  const running = new Map<string, Running>();
  const restarts: string[] = [];
  let stopping = false;
  const start = async (instance: string): Promise<void> => {
    const name = instances.find((other) => other.instance === instance)?.name ?? TOGETHER;
    running.set(
      instance,
      (await startApp(system, { name, instance, more: { LOG_LEVEL: 'info', ...peers, ...env } })) as Running,
    );
    let ended: string | undefined;
    void running.get(instance)!.exited.then((how) => {
      ended = how;
      if (!supervised || stopping) return;
      restarts.push(`${instance} ended ${how}`);
      setTimeout(() => {
        if (!stopping) start(instance).catch(() => undefined); // if it ends again, its exit handler restarts it
      }, 200);
    });
    await appReady(system, { name, instance, ended: () => (ended ? 99 : 0) });
  };
  const stop = async () => {
    stopping = true;
    await Promise.all([...running.values()].map((process) => process.stop(10_000)));
    await database.drop();
    await stack?.stop();
    if (!process.env.KEEP_LOGS) await rm(home, { recursive: true, force: true });
  };
  try {
    const processes = processesOf(
      instances.map(({ instance }) => instance),
      together,
    );
    await Promise.all(processes.map(start));
  } catch (error) {
    await stop();
    throw error;
  }

  const baseUrls = instances
    .filter(({ name }) => name === 'gateway')
    .map(({ instance }) => `http://127.0.0.1:${ports[instance]!.PORT}/api`);
  const baseUrl = baseUrls[0]!;
  /** Sets the URL to which the simulator posts webhooks. */
  const webhooksTo = (url: string) =>
    control('POST', '/webhook', {
      url: `${url}/meta/webhook`,
      secret: SIMULATED_META_APP.META_APP_SECRET,
      verifyToken: SIMULATED_META_APP.META_VERIFY_TOKEN,
    });
  const control = async <Body = Json>(method: string, path: string, body?: unknown) =>
    (await call<Body>(method, `${simulatorUrl}/_control${path}`, undefined, body)).body;
  const admin = <Body = Json>(method: string, path: string, body?: unknown) =>
    call<Body>(method, `${baseUrl}/admin/v1${path}`, ADMIN_TOKEN, body);

  return {
    baseUrl,
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
    restarts,
    control,
    admin,
    stop,
    start,
    provision,
    webhooksTo,
    client: (apiKey: string) => client(baseUrls, apiKey),
    pidOf: (instance: string) => running.get(instance)!.pid,

    /** Kills a process as a crash would. Resolves when it is gone. */
    kill: async (instance: string) => {
      const victim = running.get(instance)!;
      process.kill(victim.pid, 'SIGKILL');
      await victim.exited;
    },

    /** Ends a process with SIGTERM and starts it again. Resolves with its exit once the new one is ready. */
    restart: async (instance: string) => {
      const process = running.get(instance)!;
      await process.stop(20_000);
      await start(instance);
      return process.exited;
    },

    /** Connects a WABA of the simulator and makes a key with every scope. */
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

    /** A person writes in, which opens the service window. Resolves to the wamid once the feed has the message. */
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
/** Stops a part and starts it again with its data. */
type Outage = { down: () => Promise<void>; up: () => Promise<void> };

async function openStack(home: string) {
  const files = (name: string) => ({ dataDir: join(home, name), logFile: join(home, 'logs', `${name}.log`) });
  const ports = { broker: await freePort(), controller: await freePort() };
  const port = await freePort();
  const starters = {
    kafka: () => startKafka({ ...files('kafka'), ports }),
    postgres: () => startPostgres({ ...files('postgres'), port }),
  };
  const [kafka, postgres] = await Promise.all([starters.kafka(), starters.postgres()]);
  const parts: Record<string, Running> = { kafka, postgres };
  const outage = (name: keyof typeof starters): Outage => ({
    down: () => parts[name]!.stop(0),
    up: async () => void (parts[name] = await starters[name]()),
  });
  return {
    brokers: [kafka.brokers],
    database: { url: postgres.url, drop: () => Promise.resolve() },
    kafka: outage('kafka'),
    postgres: outage('postgres'),
    stop: () => Promise.all(Object.values(parts).map((part) => part.stop())),
  };
}
export type System = Awaited<ReturnType<typeof startSystem>>;
export type Client = ReturnType<typeof client>;
export type FeedEvent = { id: string; sequence: number; type: string; createdAt: string; data: Json };

/** A client of the API with a key; calls take turns over the gateways. */
export function client(baseUrls: readonly string[], apiKey: string) {
  let turn = 0;
  const request = <Body = Json>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => call<Body>(method, `${baseUrls[(turn += 1) % baseUrls.length]!}${path}`, apiKey, body, headers);
  const events = async (
    query: { since?: string | undefined; types?: string; limit?: number; wait?: number } = {},
  ) => {
    const given = Object.entries(query)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]): [string, string] => [name, String(value)]);
    return ok(
      await request<{ data: FeedEvent[]; nextCursor: string }>(
        'GET',
        `/v1/events?${new URLSearchParams(given).toString()}`,
      ),
    );
  };
  /** The whole feed from its beginning. */
  const allEvents = async () => {
    const all: FeedEvent[] = [];
    for (let since: string | undefined; ;) {
      const { data, nextCursor } = await events({ since, limit: 200 });
      all.push(...data);
      if (data.length === 0) return all;
      since = nextCursor;
    }
  };
  return {
    apiKey,
    request,
    get: <Body = Json>(path: string) => request<Body>('GET', path),
    post: <Body = Json>(path: string, body: unknown, headers?: Record<string, string>) =>
      request<Body>('POST', path, body, headers),
    events,
    allEvents,
    /** The feed's statuses of each message with this `run` in its metadata, by message id. */
    statusesOf: async (run: string) => {
      const statuses = new Map<string, string[]>();
      for (const { type, data } of await allEvents()) {
        const { messageId, status, metadata } = data as {
          messageId: string;
          status: string;
          metadata: { run?: string } | null;
        };
        if (type === 'message.status' && metadata?.run === run)
          statuses.set(messageId, [...(statuses.get(messageId) ?? []), status]);
      }
      return statuses;
    },
  };
}

/** One HTTP call. Returns every answer; throws network errors. */
export async function call<Body = Json>(
  method: string,
  url: string,
  bearer?: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  const isForm = body instanceof FormData;
  const answer = await fetch(url, {
    method,
    headers: {
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isForm || typeof body === 'string' ? body : JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new Error(`${method} ${url} was not answered`, { cause });
  });
  const text = await answer.text();
  const json = answer.headers.get('content-type')?.includes('json');
  return {
    status: answer.status,
    headers: answer.headers,
    body: (json && text ? JSON.parse(text) : text) as Body,
  };
}

/** The body of a 2xx answer. Any other answer fails the test and is shown. */
export function ok<Body>({ status, body }: Answer<Body>): Body {
  if (status < 200 || status > 299) throw new Error(`Answered with ${status}: ${JSON.stringify(body)}`);
  return body;
}
