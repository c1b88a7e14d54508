// npm run bench [-- --seconds 5] [--rows 1,128] [--contacts 1000000] [--campaigns 20000] [--profile] [--together] [--accounts 100] [--replicas 2] [--stored 1000000]: see bench/README.md.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
// @boundaries-ignore the bench sets itself up as npm start does
import { build, prepare } from '../../scripts/bootstrap.mjs';
// @boundaries-ignore the bench sets itself up as npm start does
import { requireJava } from '../../scripts/embedded/java.mjs';
// @boundaries-ignore the bench sets itself up as npm start does
import { say, SetupError, step } from '../../scripts/say.mjs';
import { ROWS } from './rows.mjs';

const CONNECTIONS = { fastify: 64, kafka: 128 };
const TEMPLATE = { template: 'order_confirmation', language: 'en_US', variables: ['Asha', '#1043'] };
/** The same template in Meta's form. */
const GRAPH_TEMPLATE = {
  messaging_product: 'whatsapp',
  type: 'template',
  template: {
    name: 'order_confirmation',
    language: { code: 'en_US' },
    components: [{ type: 'body', parameters: ['Asha', '#1043'].map((text) => ({ type: 'text', text })) }],
  },
};
const HTTP_LOAD = 'bench/src/http-load.mjs';
const results = fileURLToPath(new URL('../results', import.meta.url));

async function main() {
  const { seconds, rows, profile, together, people, recipients, stored, accounts, replicas, others } =
    options();
  await requireJava();
  await prepare(fileURLToPath(import.meta.url));
  const { openInstallation, ask } = await import('./installation.mjs');
  const { cpuSeconds } = await import('./cpu.mjs');
  const { procIsTold } = await import('./processes.mjs');
  const { openCosts } = await import('./costs.mjs');
  const { memoryMiB } = await import('./memory.mjs');
  const { atRest } = await import('./idle.mjs');
  const { benchSends } = await import('./sends.mjs');
  const { fillMessages } = await import('./fill-messages.mjs');
  const { followFeeds } = await import('./feed-reader.mjs');
  const { followFloor } = await import('./floor-reader.mjs');
  const { faultsOf, report } = await import('./report.mjs');
  const { benchContacts } = await import('./contacts.mjs');
  const { benchCampaigns } = await import('./campaigns.mjs');
  const { benchWebhooks } = await import('./webhooks.mjs');
  const { summariseProfile, summariseStatements } = await import('./profile.mjs');

  mkdirSync(results, { recursive: true });
  const home = join(results, 'run');
  const nodeOptions = (name) =>
    profile ? `--cpu-prof --cpu-prof-dir=${results} --cpu-prof-name=${name}.cpuprofile` : '';
  const ours = await openInstallation({ home, nodeOptions, together, replicas });
  const interrupted = new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'])
      process.on(signal, () => reject(new SetupError(`Ended by ${signal}.`)));
  });
  const orFailure = (work) => Promise.race([work, ours.failed]);

  let recipient = 917_000_000_000;
  const load = (
    urls,
    { headers = {}, bearers, body = TEMPLATE, connections, perSecond, seconds: lasting = seconds },
  ) => {
    const firstRecipient = recipient;
    recipient += 10_000_000;
    const job = { urls, headers, bearers, body, firstRecipient, connections, perSecond, seconds: lasting };
    return orFailure(ours.script('load', HTTP_LOAD, { BENCH_LOAD: JSON.stringify(job) }));
  };

  const bare = async () => {
    const fastify = await step('Bare Fastify', () =>
      ours.during('bare-fastify', 'bench/src/bare-fastify.mjs', async (url) => {
        await load([url], { connections: CONNECTIONS.fastify }); // warm-up: code is compiled
        return load([url], { connections: CONNECTIONS.fastify });
      }),
    );
    const kafka = await step('Bare Kafka', () => {
      const job = { brokers: ours.system.kafkaBrokers, body: TEMPLATE, inFlight: CONNECTIONS.kafka, seconds };
      const variables = { BENCH_LOAD: JSON.stringify(job) };
      return orFailure(ours.script('bare-kafka', 'bench/src/bare-kafka.mjs', variables));
    });
    return { fastify, kafka };
  };

  /** Measures the simulator alone, at the pace of the row it is compared with. */
  const benchSimulator = ({ cloudApiUrl, phoneNumberId, accessToken }) =>
    step('Simulator alone: 200 a second', () =>
      load([`${cloudApiUrl}/v25.0/${phoneNumberId}/messages`], {
        headers: { authorization: `Bearer ${accessToken}` },
        body: GRAPH_TEMPLATE,
        perSecond: 200,
      }),
    );

  const benchFloor = (graph, costs) => {
    const variables = { BENCH_FLOOR: JSON.stringify({ databaseUrl: ours.system.databaseUrl, ...graph }) };
    const use = async (url) => {
      await ours.tellStatuses(`${url}/webhook`);
      const reader = followFloor(url);
      const target = {
        title: 'Floor',
        urls: [`${url}/messages`],
        reader,
        names: ['simulator', 'postgres', 'floor'],
      };
      return benchSends({
        ours,
        load,
        costs,
        step,
        seconds,
        target,
        rows: rows.filter(({ floor }) => floor),
      });
    };
    return ours.during('floor', 'bench/src/floor.mjs', use, variables);
  };

  const measured = async () => {
    await orFailure(
      Promise.all([step('Kafka', ours.startKafka), step('Postgres', ours.startPostgres), build()]),
    );
    const machine = {
      cores: cpus().length,
      cpu: cpus()[0].model,
      node: process.version,
      loadAverage: loadavg()[0],
    };
    const limits = others ? await bare() : {};
    const graph = await step('Simulator', () => ours.startSimulator());
    const costs = await openCosts(ours);
    const simulator = rows.some(({ name }) => name === '200/s') && (await benchSimulator(graph));
    const floor = await orFailure(benchFloor(graph, costs));

    await step('Services', ours.startServices);
    const { accountId, apiKey } = await ours.connect();
    const apiKeys = [apiKey];
    for (let other = 1; other < accounts; other += 1)
      apiKeys.push((await ours.anotherAccount(`token-${other}`)).key);
    const feed = followFeeds({ baseUrl: ours.baseUrl, apiKeys });
    const path = '/v1/messages/template';
    // Wait for the template sync of the new accounts.
    for (const bearer of apiKeys)
      await ask('POST', `${ours.baseUrl}${path}`, {
        body: { ...TEMPLATE, to: '+916000000000' },
        bearer,
        patienceMs: 15_000,
      });
    await feed.until(accounts);
    const names = Object.keys(ours.pids());
    let idle;
    const target = {
      title: 'Ours',
      urls: ours.baseUrls.map((baseUrl) => `${baseUrl}${path}`),
      bearers: apiKeys,
      reader: feed,
      names,
      pace: (perSecond) => ours.pace(accountId, perSecond),
      warm: async () => {
        const { databaseUrl } = ours.system;
        if (stored > 0)
          await step('Stored messages', () => fillMessages({ databaseUrl, accountId, count: stored }));
        idle = await step('Idle', () => atRest({ costs, names, seconds }));
      },
    };
    const own = await orFailure(
      Promise.race([benchSends({ ours, load, costs, step, rows, seconds, target }), feed.failed]),
    );
    const memory = procIsTold ? memoryMiB(withoutSimulator(ours.pids())) : {};
    feed.stop();
    await costs.close();

    const [graphCalls, graphOk] = await Promise.all(
      ['/requests?limit=1', '/requests?limit=1&status=200'].map((path) => ours.control('GET', path)),
    );
    const campaigns =
      recipients > 0 &&
      (await orFailure(benchCampaigns({ ours, ask, load, apiKey, recipients, seconds, step })));
    const contacts =
      people > 0 && (await orFailure(benchContacts({ ours, ask, apiKey, people, seconds, step })));
    const webhooks =
      others &&
      (await orFailure(
        benchWebhooks({ ours, ask, apiKey, seconds, step, cpuSeconds: procIsTold && cpuSeconds }),
      ));
    return {
      at: new Date().toISOString(),
      seconds,
      connections: CONNECTIONS,
      machine,
      ...limits,
      sends: { ours: own, floor, simulator, idle, memory },
      campaigns,
      contacts,
      webhooks,
      checks: {
        feed: feed.told,
        graphCallsNot200: graphCalls.total - graphOk.total,
        logged: Object.fromEntries(ours.logged),
      },
    };
  };

  const found = await Promise.race([measured(), interrupted]).finally(() => ours.stop());
  writeFileSync(join(results, 'latest.json'), `${JSON.stringify(found, null, 2)}\n`);
  report(found);
  if (profile) {
    const spans = (of) =>
      ROWS.filter(({ name, profiled }) => profiled && of[name]).map(({ name }) => ({
        ...{ name, spent: of[name].spent, spanUs: of[name].spanUs, through: of[name].checks.through },
      }));
    const profileOf = (name) => join(results, `${name}.cpuprofile`);
    for (const name of ours.services) summariseProfile(name, profileOf(name), spans(found.sends.ours));
    summariseProfile('floor', profileOf('floor'), spans(found.sends.floor));
    summariseStatements(spans(found.sends.ours));
  }
  for (const [line, count] of ours.logged) say.warn(`logged ${count} times by ${line}`);
  const faults = faultsOf(found);
  for (const fault of faults) say.failed(fault);
  if (faults.length === 0) {
    rmSync(home, { recursive: true });
    say.done(`Every send arrived once. All figures: ${join(results, 'latest.json')}`);
  }
  process.exit(faults.length ? 1 : 0);
}

const withoutSimulator = ({ simulator: _, ...pids }) => pids;

function options() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '5' },
      rows: { type: 'string', default: 'all' },
      only: { type: 'string' },
      profile: { type: 'boolean', default: false },
      together: { type: 'boolean', default: false },
      stored: { type: 'string', default: '0' },
      accounts: { type: 'string', default: '1' },
      replicas: { type: 'string', default: '1' },
      contacts: { type: 'string', default: '1000000' },
      campaigns: { type: 'string', default: '20000' },
    },
  });
  const names = ROWS.map(({ name }) => name);
  const wanted = values.rows === 'all' ? names : values.rows.split(',');
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new SetupError(`--rows has ${unknown}; it takes some of ${names.join(',')}, or all.`);
  if (values.only !== undefined && values.only !== 'sends') throw new SetupError('--only takes sends.');
  const others = values.only === undefined;
  const people = others ? Number(values.contacts) : 0;
  if (!(Number.isInteger(people) && people >= 0 && people <= 10_000_000))
    throw new SetupError('--contacts takes a whole number from 0 to 10000000.');
  const recipients = others ? Number(values.campaigns) : 0;
  if (!(
    Number.isInteger(recipients) &&
    (recipients === 0 || (recipients >= 1_000 && recipients <= 1_000_000))
  ))
    throw new SetupError('--campaigns takes 0 or a whole number from 1000 to 1000000.');
  const stored = Number(values.stored);
  if (!(Number.isInteger(stored) && stored >= 0 && stored <= 10_000_000))
    throw new SetupError('--stored takes a whole number from 0 to 10000000.');
  const accounts = Number(values.accounts);
  if (!(Number.isInteger(accounts) && accounts >= 1 && accounts <= 1_000))
    throw new SetupError('--accounts takes a whole number from 1 to 1000.');
  const replicas = Number(values.replicas);
  if (!(Number.isInteger(replicas) && replicas >= 1 && replicas <= 4))
    throw new SetupError('--replicas takes a whole number from 1 to 4.');
  if (replicas > 1 && values.together)
    throw new SetupError('--replicas and --together exclude each other: what shares a process has one.');
  const seconds = Number(values.seconds);
  if (!(seconds >= 1 && seconds <= 60)) throw new SetupError('--seconds takes a number from 1 to 60.');
  const rows = ROWS.filter(({ name }) => wanted.includes(name));
  const { profile, together } = values;
  return { seconds, rows, profile, together, people, recipients, stored, accounts, replicas, others };
}

await main().catch((error) => {
  const ours = error.name === 'SetupError' || error.code?.startsWith('ERR_PARSE_ARGS');
  say.failed(ours ? error.message : error.stack);
  process.exit(1);
});
