import { sumOf, total } from './amounts.ts';
import type { Loaded } from './answers.ts';
import type { CampaignFigures } from './campaigns.ts';
import type { ContactFigures } from './contacts.ts';
import type { Figures } from './measure.ts';
import { reportSends } from './report-sends.ts';
import type { SendFigures } from './sends.ts';
import { ms, table, whole } from './table.ts';
import type { Timings } from './timings.ts';
import type { BurstFigures, WebhookFigures } from './webhooks.ts';

/** Makes a table row of a rate and, if there are any, times. */
type Line = (title: string, figures: Pick<Timings, 'perSecond'> & Partial<Timings>) => readonly string[];
type Rows = readonly (readonly string[])[];

/** Prints the figures of a run. */
export function report(found: Figures): void {
  const { seconds, machine, sends, fastify, kafka, campaigns, webhooks, checks } = found;
  const { cores, cpu, node, loadAverage } = machine;
  console.log(
    `\n${cores} cores (${cpu}), Node ${node}, load average ${loadAverage.toFixed(1)} at the start; ${seconds} s a phase`,
  );
  reportSends(found);
  if (fastify && kafka) reportOthers(found, fastify, kafka);
  if (webhooks) webhooksCpu(webhooks);
  if (campaigns) campaignsFigures(campaigns, sends.ours['128']);
  const { feed } = checks;
  const statuses = Object.entries(feed.statuses).map(([status, count]) => `${count} ${status}`);
  const sent = total(Object.values(sends.ours).map((row) => row.checks.sent));
  console.log(`
${sent} sends (warming up included); the feed: ${statuses.join(', ')}; ${feed.missed} missed, ${feed.repeated} repeated
`);
}

function reportOthers(
  { connections, sends, campaigns, contacts, webhooks }: Figures,
  fastify: Loaded,
  kafka: Timings,
): void {
  const ratio = (rate: number, bare: Timings) => (rate / bare.perSecond).toFixed(3);
  const line: Line = (title, { perSecond, p50 = null, p99 = null }) => [
    title,
    whole(perSecond),
    ms(p50),
    ms(p99),
    ratio(perSecond, fastify),
    ratio(perSecond, kafka),
  ];
  const { 128: full, accepted } = sends.ours;
  table([
    ['', 'per second', 'p50 ms', 'p99 ms', '÷ Fastify', '÷ Kafka'],
    line(`bare Fastify, ${connections.fastify} connections`, fastify),
    line(`bare Kafka round trip, ${connections.kafka} in flight`, kafka),
    ...(accepted ? [line('accepted, 202, 128 connections', accepted)] : []),
    ...(full ? [line('full sends, 201, 128 connections', full)] : []),
    ...(campaigns ? campaignsRows(campaigns, line) : []),
    ...(contacts ? contactsRows(contacts, line) : []),
    ...(webhooks ? webhooksRows(webhooks, line) : []),
  ]);
}

const campaignsRows = ({ recipients, full, alone, beside }: CampaignFigures, line: Line): Rows => [
  line(`two campaigns, ${recipients.toLocaleString('en')} recipients`, { perSecond: full.perSecond }),
  line('  with all statuses counted', { perSecond: full.countedPerSecond }),
  line('sends at 80 a second, one at a time', alone),
  line('  beside a campaign', beside),
];

function campaignsFigures(
  { full, pause, alone, beside, campaignPerSecond }: CampaignFigures,
  sends: SendFigures | undefined,
): void {
  const of = (rate: number, all: number) => (rate / all).toFixed(2);
  if (sends)
    console.log(
      `\ncampaigns ÷ full sends: ${of(full.perSecond, sends.perSecond)}, with all statuses ${of(full.countedPerSecond, sends.throughPerSecond)}`,
    );
  console.log(`first send ${full.firstSendMs.map(whole).join(' and ')} ms after the POST
pause in effect after ${whole(pause.pauseMs)} ms and ${pause.sentAfterPause} sends; the next send came ${whole(pause.resumeMs)} ms after the resume
at 80 a second: p99 of single sends beside a campaign ÷ alone ${of(beside.p99 ?? NaN, alone.p99 ?? NaN)}; the campaign sent ${campaignPerSecond.toFixed(1)} a second meanwhile`);
  const memoryMb = full.memoryMb.filter((mb) => mb !== undefined);
  if (memoryMb.length > 0)
    console.log(
      `memory of the campaigns process: at the start ${memoryMb.map(whole).join(' MB, at the end ')} MB`,
    );
  if (!full.cpuMs) return;
  const byName = Object.entries(full.cpuMs).toSorted(([, one], [, other]) => other - one);
  const parts = byName.map(([name, spentMs]) => `${spentMs.toFixed(3)} (${name})`);
  console.log(`CPU ms a recipient: ${sumOf(full.cpuMs).toFixed(3)} = ${parts.join(' + ')}`);
}

function contactsRows(contacts: ContactFigures, line: Line): Rows {
  const { people, connections, bulk, owner } = contacts;
  const read = (kind: 'get' | 'list' | 'search') =>
    line(`${kind}, ${people.toLocaleString('en')} contacts, ${inFlight(connections[kind])}`, contacts[kind]);
  return [
    line(`bulk import, rows, ${connections.bulk} connections`, {
      ...bulk,
      perSecond: bulk.rowsPerSecond ?? NaN,
    }),
    read('get'),
    read('list'),
    read('search'),
    line('get of the owner, by RPC', owner),
  ];
}

const webhooksRows = (
  { inFlight: most, bare, one, fifty, alone, beside }: WebhookFigures,
  line: Line,
): Rows => [
  line(`bare signed posts, ${most} in flight`, bare),
  line('deliveries, to one endpoint', { perSecond: one.perSecond }),
  line('deliveries, to 50 endpoints of 50 accounts', { perSecond: fifty.perSecond }),
  line('event to delivery, 500 events a second', alone),
  line('  beside a hanging and a failing endpoint', beside),
];

function webhooksCpu({ bare, one, fifty }: WebhookFigures): void {
  const spent = ({ webhooksCpuMs, postgresCpuMs }: BurstFigures) =>
    webhooksCpuMs === undefined || postgresCpuMs === undefined
      ? undefined
      : `${webhooksCpuMs.toFixed(3)} (webhooks) + ${postgresCpuMs.toFixed(3)} (postgres)`;
  if (spent(one) === undefined) return;
  console.log(
    `\nCPU ms a delivery: ${spent(one)} to one endpoint, ${spent(fifty)} to 50; a bare signed post ${bare.cpuMs.toFixed(3)}`,
  );
}

const inFlight = (connections: number) =>
  connections === 1 ? 'one at a time' : `${connections} connections`;
