// npm run bench [-- --seconds 5] [--contacts 1000000] [--campaigns 20000] [--profile <app>]: see bench/README.md.
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

const PROFILABLE = ['simulator', 'gateway', 'messaging', 'contacts', 'templates', 'campaigns', 'webhooks'];
const CONNECTIONS = { bare: 64, ours: 128 };
const BODY = { template: 'order_confirmation', language: 'en_US', variables: ['Asha', '#1043'] };
const HTTP_LOAD = 'bench/src/http-load.mjs';
const results = fileURLToPath(new URL('../results', import.meta.url));

async function main() {
  const { seconds, profile, people, recipients } = options();
  await requireJava();
  await prepare(fileURLToPath(import.meta.url));
  const { openInstallation, ask } = await import('./installation.mjs');
  const { cpuSeconds, cpuIsTold, idleCpu, spent } = await import('./cpu.mjs');
  const { followFeed } = await import('./feed-reader.mjs');
  const { faultsOf, report } = await import('./report.mjs');
  const { benchContacts } = await import('./contacts.mjs');
  const { benchCampaigns } = await import('./campaigns.mjs');
  const { benchWebhooks } = await import('./webhooks.mjs');
  const { summariseProfile } = await import('./profile.mjs');

  mkdirSync(results, { recursive: true });
  const home = join(results, 'run');
  const profileFile = `${profile}.cpuprofile`;
  const profiling = { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${results} --cpu-prof-name=${profileFile}` };
  const ours = await openInstallation({ home, env: profile && { [profile]: profiling } });
  const interrupted = new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'])
      process.on(signal, () => reject(new SetupError(`Ended by ${signal}.`)));
  });
  const orFailure = (work) => Promise.race([work, ours.failed]);

  let recipient = 917_000_000_000;
  const load = (url, { headers = {}, connections = CONNECTIONS.ours, seconds: lasting = seconds } = {}) => {
    const firstRecipient = recipient;
    recipient += 10_000_000;
    const job = { url, headers, body: BODY, firstRecipient, connections, seconds: lasting };
    return orFailure(ours.script('load', HTTP_LOAD, { BENCH_LOAD: JSON.stringify(job) }));
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
    const fastify = await step('Bare Fastify', () =>
      ours.during('bare-fastify', 'bench/src/bare-fastify.mjs', async (url) => {
        await load(url, { connections: CONNECTIONS.bare }); // until its code is compiled
        return load(url, { connections: CONNECTIONS.bare });
      }),
    );
    const kafka = await step('Bare Kafka', () => {
      const job = { brokers: ours.system.kafkaBrokers, body: BODY, inFlight: CONNECTIONS.ours, seconds };
      const variables = { BENCH_LOAD: JSON.stringify(job) };
      return orFailure(ours.script('bare-kafka', 'bench/src/bare-kafka.mjs', variables));
    });

    await step('Services', ours.startApps);
    const apiKey = await ours.connect();
    const feed = followFeed({ baseUrl: ours.baseUrl, apiKey });
    const url = `${ours.baseUrl}/v1/messages/template`;
    const bearer = { authorization: `Bearer ${apiKey}` };
    // The templates of an account that was just connected take a moment to be known.
    await ask('POST', url, { body: { ...BODY, to: '+916000000000' }, bearer: apiKey, patienceMs: 15_000 });
    let sends = 1;

    /** Loads and waits until the feed has told the end of every send. */
    const phase = async (headers) => {
      const before = cpuIsTold && cpuSeconds(ours.pids());
      const cpuBefore = process.cpuUsage();
      const throughBefore = feed.through;
      const began = performance.now();
      const beganUs = Number(process.hrtime.bigint() / 1000n);
      const loaded = await load(url, { headers: { ...bearer, ...headers } });
      // 504: accepted, and Meta's answer was not there in time.
      const sent = (loaded.statuses[201] ?? 0) + (loaded.statuses[202] ?? 0) + (loaded.statuses[504] ?? 0);
      sends += sent;
      const lastAt = await orFailure(Promise.race([feed.until(sends), feed.failed]));
      const after = cpuIsTold && cpuSeconds(ours.pids());
      const { user, system } = process.cpuUsage(cpuBefore);
      const reading = (user + system) / 1e6; // this process does little else meanwhile
      const through = feed.through - throughBefore;
      const throughSeconds = (lastAt - loaded.beganAt) / 1_000;
      const lastedSeconds = (performance.now() - began) / 1_000;
      return {
        ...loaded,
        sent,
        through,
        throughSeconds,
        throughPerSecond: through / throughSeconds,
        lastedSeconds,
        cpu:
          cpuIsTold && spent(before, after, { 'load generator': loaded.cpuSeconds, 'feed reader': reading }),
        spanUs: [beganUs, Number(process.hrtime.bigint() / 1000n)],
      };
    };
    await step('Warming up', () => phase({}));
    const idle = await step('Idle', () => idleCpu(ours.pids(), seconds));
    const accepted = await step('Accepted (respond-async)', () => phase({ prefer: 'respond-async' }));
    const full = await step('Full sends', () => phase({}));
    feed.stop();

    const [{ total: atSimulator }, { total: doubled }, graph, graphOk] = await Promise.all(
      ['/messages?limit=1', '/duplicates', '/requests?limit=1', '/requests?limit=1&status=200'].map((path) =>
        ours.control('GET', path),
      ),
    );
    const campaigns =
      recipients > 0 &&
      (await orFailure(benchCampaigns({ ours, ask, load, apiKey, recipients, seconds, step })));
    const contacts =
      people > 0 && (await orFailure(benchContacts({ ours, ask, apiKey, people, seconds, step })));
    const webhooks = await orFailure(
      benchWebhooks({ ours, ask, apiKey, seconds, step, cpuSeconds: cpuIsTold && cpuSeconds }),
    );
    return {
      at: new Date().toISOString(),
      seconds,
      connections: CONNECTIONS,
      machine,
      fastify,
      kafka,
      idle,
      accepted,
      full,
      campaigns,
      contacts,
      webhooks,
      checks: {
        sends,
        atSimulator,
        doubled,
        through: feed.through,
        feed: feed.told,
        graphCallsNot200: graph.total - graphOk.total,
        logged: Object.fromEntries(ours.logged),
      },
    };
  };

  const found = await Promise.race([measured(), interrupted]).finally(() => ours.stop());
  writeFileSync(join(results, 'latest.json'), `${JSON.stringify(found, null, 2)}\n`);
  report(found);
  if (profile) summariseProfile(join(results, profileFile), found.full.spanUs);
  for (const [line, count] of ours.logged) say.warn(`logged ${count} times by ${line}`);
  const faults = faultsOf(found);
  for (const fault of faults) say.failed(fault);
  if (faults.length === 0) {
    rmSync(home, { recursive: true });
    say.done(`Every send arrived once. All figures: ${join(results, 'latest.json')}`);
  }
  process.exit(faults.length ? 1 : 0);
}

function options() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '5' },
      profile: { type: 'string' },
      contacts: { type: 'string', default: '1000000' },
      campaigns: { type: 'string', default: '20000' },
    },
  });
  const people = Number(values.contacts);
  if (!(Number.isInteger(people) && people >= 0 && people <= 10_000_000))
    throw new SetupError('--contacts takes a whole number from 0 to 10000000.');
  const recipients = Number(values.campaigns);
  if (!(
    Number.isInteger(recipients) &&
    (recipients === 0 || (recipients >= 1_000 && recipients <= 1_000_000))
  ))
    throw new SetupError('--campaigns takes 0 or a whole number from 1000 to 1000000.');
  const seconds = Number(values.seconds);
  if (!(seconds >= 1 && seconds <= 60)) throw new SetupError('--seconds takes a number from 1 to 60.');
  if (values.profile && !PROFILABLE.includes(values.profile))
    throw new SetupError(`--profile takes one of ${PROFILABLE.join(', ')}.`);
  return { seconds, profile: values.profile, people, recipients };
}

await main().catch((error) => {
  const ours = error.name === 'SetupError' || error.code?.startsWith('ERR_PARSE_ARGS');
  say.failed(ours ? error.message : error.stack);
  process.exit(1);
});
