import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
// @boundaries-ignore the bench runs the processes as npm start does
import {
  allScopes,
  appReady,
  APPS,
  processesOf,
  PROVISIONING,
  secretsOf,
  sharing,
  SIMULATED_META_APP,
  startApp,
  startNode,
  STOP_WAVES,
  TOGETHER,
} from '../../scripts/apps.ts';
// @boundaries-ignore the bench runs the processes as npm start does
import { startKafka } from '../../scripts/embedded/kafka.ts';
// @boundaries-ignore the bench runs the processes as npm start does
import { endLeftOver, freePort } from '../../scripts/embedded/launch.ts';
// @boundaries-ignore the bench runs the processes as npm start does
import { startPostgres } from '../../scripts/embedded/postgres.ts';

const WABA = '1000000000000001';
const PHONE_NUMBER = '1060000000000001';
const TOKEN = 'simulator-token';
const SERVICES = ['gateway', 'messaging', 'contacts', 'templates', 'campaigns', 'webhooks'];
const TALLIED = [...SERVICES, TOGETHER, 'floor'];
const TALLY = `--import=${new URL('tally.mjs', import.meta.url)}`;
const UNLIMITED = 100_000;

const instancesOf = (name, replicas) =>
  Array.from({ length: replicas }, (_, index) => (index === 0 ? name : `${name}-${index + 1}`));

/**
 * A fresh installation under `home`. `nodeOptions(name)`: more NODE_OPTIONS for an app. `replicas`: processes per service.
 * `together`: services share a process, as in `npm start`. `failed` rejects when a process ends by itself; `logged` counts
 * their log lines, warnings and above.
 */
export async function openInstallation({ home, nodeOptions, together, replicas = 1 }) {
  const run = join(home, 'run');
  if (existsSync(run)) for (const name of readdirSync(run)) await endLeftOver(join(run, name));
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });

  const ports = {};
  for (const { name, ports: purposes } of APPS)
    for (const instance of instancesOf(name, SERVICES.includes(name) ? replicas : 1)) {
      ports[instance] = {};
      for (const purpose of purposes) ports[instance][purpose] = await freePort();
    }
  for (const name of TALLIED.flatMap((name) => instancesOf(name, SERVICES.includes(name) ? replicas : 1)))
    ports[name] = { ...ports[name], BENCH_TALLY: await freePort() };
  const simulatorUrl = `http://127.0.0.1:${ports.simulator.PORT}`;
  const baseUrls = instancesOf('gateway', replicas).map((name) => `http://127.0.0.1:${ports[name].PORT}/api`);
  const [baseUrl] = baseUrls;
  const system = {
    home,
    ports,
    cloudApiUrl: simulatorUrl,
    topicPrefix: '',
    adminToken: randomBytes(32).toString('base64url'),
    metaApp: SIMULATED_META_APP,
    together: together ? sharing() : [],
  };
  const services = processesOf(SERVICES, system.together).flatMap((name) => instancesOf(name, replicas));
  const peers = Object.fromEntries(
    SERVICES.filter((name) => ports[name].RPC_PORT).map((name) => [
      `${name.toUpperCase()}_RPC`,
      instancesOf(name, replicas)
        .map((instance) => `127.0.0.1:${ports[instance].RPC_PORT}`)
        .join(','),
    ]),
  );
  const running = {};
  const logged = new Map();
  const failure = Promise.withResolvers();
  failure.promise.catch(() => undefined); // callers race against `failed`
  let stopping = false;

  const keep = (name, started) => {
    running[name] = started;
    void started.exited.then((how) => stopping || failure.reject(new Error(`${name} ended ${how}.`)));
    return started;
  };
  const files = (name) => ({
    dataDir: join(home, name),
    logFile: join(home, 'logs', `${name}.log`),
    pidFile: join(home, 'run', `${name}.pid`),
  });
  const count = (name) => (line) => {
    const level = /"level":(\d+)/.exec(line)?.[1] ?? (line.startsWith('{') ? 30 : 50); // no JSON: a crash
    if (level < 40) return;
    const msg = /"msg":"((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line;
    logged.set(`${name}: ${msg}`, (logged.get(`${name}: ${msg}`) ?? 0) + 1);
  };

  /** Runs one of our scripts to its end. Resolves with the JSON of its last line. */
  const script = async (name, main, variables) => {
    const printed = [];
    const started = await startNode(system, {
      main,
      instance: name,
      env: variables,
      onLine: (line) => printed.push(line),
    });
    running[name] = started;
    await once(started.child, 'close');
    delete running[name];
    const how = await started.exited;
    if (how !== 'with exit code 0') throw new Error(`${name} ended ${how}:\n${printed.join('\n')}`);
    return printed.length ? JSON.parse(printed.at(-1)) : undefined;
  };
  const measured = (name) => {
    const tally = ports[name]?.BENCH_TALLY;
    const options = [tally && TALLY, nodeOptions(name)].filter(Boolean).join(' ');
    return { NODE_OPTIONS: options, ...(tally && { BENCH_TALLY: String(tally) }) };
  };
  const call = (method, url, body, bearer) => ask(method, url, { body, bearer });
  const admin = (method, path, body) =>
    call(method, `${baseUrl}/admin/v1/accounts${path}`, body, system.adminToken);

  const startApps = (names) =>
    Promise.all(
      names.map(async (name) => {
        const which = { name: name.replace(/-\d+$/, ''), instance: name };
        const more = { ...peers, ...measured(name) };
        keep(name, await startApp(system, { ...which, onLine: count(name), more }));
        await Promise.race([appReady(system, which), failure.promise]);
      }),
    );

  return {
    baseUrl,
    /** One per gateway. */
    baseUrls,
    system,
    secretsOf: (name) => secretsOf(system, name),
    script,
    logged,
    /** The names of the services' processes. */
    services,
    /** The name of the process that runs a service. */
    holderOf: (name) => processesOf([name], system.together)[0],
    failed: failure.promise,
    pids: () => Object.fromEntries(Object.entries(running).map(([name, { pid }]) => [name, pid])),
    control: (method, path, body) => call(method, `${simulatorUrl}/_control${path}`, body),

    async startKafka(note) {
      system.kafkaBrokers = keep('kafka', await startKafka({ ...files('kafka'), note })).brokers;
    },
    async startPostgres(note) {
      const settings = { shared_preload_libraries: 'pg_stat_statements' };
      const started = await startPostgres({ ...files('postgres'), settings, note });
      system.databaseUrl = keep('postgres', started).url;
    },

    /** Runs a server of ours, which prints its `url`, while `use(url)` runs. */
    async during(name, main, use, variables) {
      const url = Promise.withResolvers();
      const started = await startNode(system, {
        main,
        instance: name,
        env: { ...measured(name), ...variables },
        onLine: (line) => line.startsWith('{') && url.resolve(JSON.parse(line).url),
      });
      running[name] = started;
      void started.exited.then((how) => url.reject(new Error(`${name} ended ${how}.`)));
      try {
        return await use(await url.promise);
      } finally {
        await started.stop();
        delete running[name];
      }
    },

    /** Starts the simulator without a throughput limit. Resolves with what direct calls to it need. */
    async startSimulator() {
      await startApps(['simulator']);
      await this.control('POST', '/behaviour', { throughputPerSecond: UNLIMITED });
      const { META_APP_SECRET: appSecret } = SIMULATED_META_APP;
      return { cloudApiUrl: simulatorUrl, phoneNumberId: PHONE_NUMBER, accessToken: TOKEN, appSecret };
    },
    async startServices() {
      await script('provision', PROVISIONING.main, PROVISIONING.env(system));
      await startApps(services);
    },

    /** Sets the URL to which the simulator posts statuses. */
    tellStatuses(url) {
      const { META_APP_SECRET: secret, META_VERIFY_TOKEN: verifyToken } = SIMULATED_META_APP;
      return this.control('POST', '/webhook', { url, secret, verifyToken });
    },

    /** Connects the simulator's account without limits and makes a key. */
    async connect() {
      await this.tellStatuses(`${baseUrl}/meta/webhook`);
      const { id } = await admin('POST', '', { wabaId: WABA, accessToken: TOKEN, plan: 'unlimited' });
      await this.setThroughput(id);
      const { key } = await admin('POST', `/${id}/keys`, { name: 'bench', scopes: await allScopes() });
      return { accountId: id, apiKey: key };
    },

    /** Sets the messages per second of each of the account's numbers, here and at the simulator. */
    async setThroughput(accountId, perSecond = UNLIMITED) {
      await this.control('POST', '/behaviour', { throughputPerSecond: perSecond });
      await this.pace(accountId, perSecond);
    },
    /** Sets the messages per second of each of the account's numbers, here only. */
    async pace(accountId, perSecond = UNLIMITED) {
      await admin('PATCH', `/${accountId}`, { throughput: perSecond });
    },

    /** Connects a new WABA of the simulator and makes a key. */
    async anotherAccount(token) {
      const { id: wabaId } = await this.control('POST', '/wabas', { phoneNumbers: 1, token });
      const { id: accountId } = await admin('POST', '', { wabaId, accessToken: token, plan: 'unlimited' });
      await this.pace(accountId);
      const { key } = await admin('POST', `/${accountId}/keys`, { name: 'bench', scopes: await allScopes() });
      return { accountId, key };
    },

    /** Stops all processes in order. */
    async stop() {
      stopping = true;
      const since = Date.now();
      const others = Object.keys(running).filter(
        (name) => !STOP_WAVES.some(({ names }) => names.includes(name.replace(/-\d+$/, ''))),
      );
      for (const { names, byMs } of [{ names: others, byMs: 1_000 }, ...STOP_WAVES])
        await Promise.all(
          names
            .flatMap((name) => instancesOf(name, replicas))
            .map((name) => running[name]?.stop(since + byMs - Date.now())),
        );
    },
  };
}

/** One call; resolves with the answer's JSON. Retries for `patienceMs`, then throws on any answer but a 2xx. */
export async function ask(method, url, { body, bearer, patienceMs = 0 }) {
  for (const giveUp = Date.now() + patienceMs; ; await delay(100)) {
    const answer = await fetch(url, {
      method,
      headers: {
        ...(bearer && { authorization: `Bearer ${bearer}` }),
        ...(body && { 'content-type': 'application/json' }),
      },
      body: body && JSON.stringify(body),
    });
    if (answer.ok) return answer.json();
    if (Date.now() > giveUp)
      throw new Error(`${method} ${url} was answered with ${answer.status}: ${await answer.text()}`);
  }
}
