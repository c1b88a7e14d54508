import { cpus, loadavg } from 'node:os';
import type { Amounts } from './amounts.ts';
import type { Loaded } from './answers.ts';
import { ask } from './ask.ts';
import { benchCampaigns, type CampaignFigures } from './campaigns.ts';
import { benchContacts, type ContactFigures } from './contacts.ts';
import { openCosts, type Costs } from './costs.ts';
import { followFeeds, type Told } from './feed-reader.ts';
import { fillMessages } from './fill-messages.ts';
import { followFloor } from './floor-reader.ts';
import { atRest, type Idle } from './idle.ts';
import type { Installation } from './installation.ts';
import type { Graph } from './jobs.ts';
import { openLoad, TEMPLATE, type Load } from './load.ts';
import { memoryMiB } from './memory.ts';
import type { Options } from './options.ts';
import { procIsTold } from './processes.ts';
import { openSends, type SendRows } from './sends.ts';
import type { Timings } from './timings.ts';
import { benchWebhooks, type WebhookFigures } from './webhooks.ts';
// @boundaries-ignore the bench sets itself up as npm start does
import { build } from '../../scripts/bootstrap.mjs';
// @boundaries-ignore the bench tells its steps as npm start does
import { step } from '../../scripts/say.mjs';

const CONNECTIONS = { fastify: 64, kafka: 128 };
const PATH = '/v1/messages/template';
/** A send of {@link TEMPLATE} as the body of Meta's API. */
const GRAPH_TEMPLATE = {
  messaging_product: 'whatsapp',
  type: 'template',
  template: {
    name: TEMPLATE.template,
    language: { code: TEMPLATE.language },
    components: [{ type: 'body', parameters: TEMPLATE.variables.map((text) => ({ type: 'text', text })) }],
  },
};

type Limits = { readonly fastify: Loaded; readonly kafka: Timings };
type Machine = {
  readonly cores: number;
  readonly cpu: string;
  readonly node: string;
  readonly loadAverage: number;
};
/** `idle`: costs without work. `memory`: MiB after the load, by process: the services, Kafka and Postgres. */
type SendsFigures = {
  readonly ours: SendRows;
  readonly floor: SendRows;
  readonly simulator: Loaded | undefined;
  readonly idle: Idle;
  readonly memory: Amounts;
};
/** All that a run has measured; parts that its options left out are undefined. */
export type Figures = Partial<Limits> & {
  readonly at: string;
  readonly seconds: number;
  readonly connections: typeof CONNECTIONS;
  readonly machine: Machine;
  readonly sends: SendsFigures;
  readonly campaigns: CampaignFigures | undefined;
  readonly contacts: ContactFigures | undefined;
  readonly webhooks: WebhookFigures | undefined;
  readonly checks: {
    readonly feed: Told;
    readonly graphCallsNot200: number;
    readonly logged: Readonly<Record<string, number>>;
  };
};

type Setting = {
  readonly ours: Installation;
  readonly options: Options;
  readonly load: Load;
  readonly costs: Costs;
  readonly databaseUrl: string;
};

/** Runs all measurements, one after another. */
export async function measure(ours: Installation, options: Options): Promise<Figures> {
  const { seconds, rows, others, recipients, people } = options;
  const load = openLoad(ours, seconds);
  const [brokers, databaseUrl] = await ours.orFailure(
    Promise.all([step('Kafka', ours.startKafka), step('Postgres', ours.startPostgres), build()]),
  );
  const machine = {
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? '',
    node: process.version,
    loadAverage: loadavg()[0] ?? NaN,
  };
  const limits = others ? await bare(ours, load, brokers, seconds) : {};
  const graph = await step('Simulator', ours.startSimulator);
  const costs = await openCosts({ ...ours, databaseUrl });
  const setting = { ours, options, load, costs, databaseUrl };
  const simulator = rows.some(({ name }) => name === '200/s') ? await simulatorAlone(load, graph) : undefined;
  const floor = await ours.orFailure(benchFloor(setting, graph));
  await step('Services', ours.startServices);
  const { apiKey, feed, ...sends } = await benchOurs(setting);
  await costs.close();

  const [graphCalls = 0, graphOk = 0] = await Promise.all(
    ['/requests?limit=1', '/requests?limit=1&status=200'].map(ours.totalAt),
  );
  const campaigns = recipients
    ? await ours.orFailure(benchCampaigns({ ours, load, apiKey, recipients, seconds }))
    : undefined;
  const contacts = people
    ? await ours.orFailure(benchContacts({ ours, apiKey, people, seconds }))
    : undefined;
  const webhooks = others ? await ours.orFailure(benchWebhooks(ours, apiKey, seconds)) : undefined;
  return {
    at: new Date().toISOString(),
    seconds,
    connections: CONNECTIONS,
    machine,
    ...limits,
    sends: { ...sends, floor, simulator },
    campaigns,
    contacts,
    webhooks,
    checks: { feed, graphCallsNot200: graphCalls - graphOk, logged: Object.fromEntries(ours.logged) },
  };
}

async function bare(ours: Installation, load: Load, brokers: string, seconds: number): Promise<Limits> {
  const fastify = await step('Bare Fastify', () =>
    ours.during('bare-fastify', {}, async (url) => {
      const loop = { connections: CONNECTIONS.fastify };
      await load([url], { loop }); // warm-up: V8 compiles the code
      return load([url], { loop });
    }),
  );
  const kafka = await step('Bare Kafka', () =>
    ours.orFailure(
      ours.script('bare-kafka', { brokers, body: TEMPLATE, inFlight: CONNECTIONS.kafka, seconds }),
    ),
  );
  return { fastify, kafka };
}

/** Measures sends made directly to the simulator, 200 a second, as in the row `200/s` that they are compared with. */
const simulatorAlone = (load: Load, { cloudApiUrl, phoneNumberId, accessToken }: Graph) =>
  step('Simulator alone: 200 a second', () =>
    load([`${cloudApiUrl}/v25.0/${phoneNumberId}/messages`], {
      headers: { authorization: `Bearer ${accessToken}` },
      body: GRAPH_TEMPLATE,
      loop: { perSecond: 200 },
    }),
  );

const benchFloor = ({ ours, options, load, costs, databaseUrl }: Setting, graph: Graph) =>
  ours.during('floor', { ...graph, databaseUrl }, async (url) => {
    await ours.tellStatuses(`${url}/webhook`);
    const target = {
      title: 'Floor',
      urls: [`${url}/messages`],
      reader: followFloor(url),
      names: ['simulator', 'postgres', 'floor'],
    };
    const sends = openSends(target, { ...ours, load, costs, seconds: options.seconds });
    await sends.warmUp();
    return sends.measure(options.rows.filter(({ floor }) => floor));
  });

/** Measures sends through WBIZ's services, from `options.accounts` accounts. */
async function benchOurs({ ours, options, load, costs, databaseUrl }: Setting) {
  const { seconds, rows, stored } = options;
  const { accountId, apiKey } = await ours.connect();
  const apiKeys = [apiKey];
  for (let other = 1; other < options.accounts; other += 1)
    apiKeys.push((await ours.anotherAccount(`token-${other}`)).apiKey);
  const feeds = followFeeds(ours.baseUrl, apiKeys);
  // Waits until the new accounts' templates are synced: sends fail until then.
  for (const bearer of apiKeys)
    await ask('POST', `${ours.baseUrl}${PATH}`, {
      body: { ...TEMPLATE, to: '+916000000000' },
      bearer,
      patienceMs: 15_000,
    });
  await feeds.reader.until(apiKeys.length);
  const names = Object.keys(ours.pids());
  const target = {
    title: 'Ours',
    urls: ours.baseUrls.map((baseUrl) => `${baseUrl}${PATH}`),
    bearers: apiKeys,
    reader: feeds.reader,
    names,
    pace: (perSecond?: number) => ours.pace(accountId, perSecond),
  };
  const sends = openSends(target, { ...ours, load, costs, seconds });
  const measured = async () => {
    await sends.warmUp();
    if (stored > 0) await step('Stored messages', () => fillMessages(databaseUrl, accountId, stored));
    const idle = await step('Idle', () => atRest(costs, names, seconds));
    return { ours: await sends.measure(rows), idle };
  };
  const figures = await ours.orFailure(Promise.race([measured(), feeds.failed]));
  const memory = procIsTold ? memoryMiB(withoutSimulator(ours.pids())) : {};
  feeds.stop();
  return { ...figures, memory, apiKey, feed: feeds.told() };
}

const withoutSimulator = ({ simulator: _, ...pids }: Amounts): Amounts => pids;
