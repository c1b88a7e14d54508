import { reportSends } from './report-sends.mjs';
import { ms, sumOf, table, whole } from './table.mjs';

/** The faults of a run, one sentence each. */
export function faultsOf({ fastify, sends, campaigns, contacts, checks }) {
  const { feed, graphCallsNot200 } = checks;
  return [
    ...Object.entries({
      ...(fastify && { fastify }),
      ...sends.ours,
      ...prefixed('floor, ', sends.floor),
      ...(sends.simulator && { 'simulator alone': sends.simulator }),
      ...singlesOf(campaigns),
      ...contactsPhases(contacts),
    }).flatMap(([name, { statuses, errors }]) => [
      ...Object.entries(statuses)
        .filter(([status]) => !status.startsWith('2'))
        .map(([status, count]) => `${name}: ${count} answers ${status}`),
      ...(errors ? [`${name}: ${errors} connections broke or timed out`] : []),
    ]),
    ...Object.entries({ ...sends.ours, ...prefixed('floor, ', sends.floor) }).flatMap(rowFaults),
    feed.missed > 0 && `the feed left out ${feed.missed} events`,
    feed.repeated > 0 && `the feed repeated ${feed.repeated} events`,
    (feed.statuses.failed ?? 0) > 0 && `${feed.statuses.failed} sends failed`,
    graphCallsNot200 > 0 && `${graphCallsNot200} calls of the Cloud API were not answered with 200`,
    ...campaignsFaults(campaigns),
  ].filter(Boolean);
}

const rowFaults = ([
  name,
  {
    checks: { sent, atSimulator, doubled, through },
  },
]) => [
  sent === 0 && `${name}: nothing was sent`,
  atSimulator !== sent &&
    `${name}: ${sent} sends were accepted and ${atSimulator} messages are at the simulator`,
  doubled > 0 && `${name}: ${doubled} messages were sent more than once`,
  through !== sent && `${name}: of ${sent} sends the end of ${through} was told`,
];

const prefixed = (prefix, byName) =>
  Object.fromEntries(Object.entries(byName).map(([name, value]) => [prefix + name, value]));

const singlesOf = ({ alone, beside }) =>
  alone ? { 'single sends': alone, 'single sends beside a campaign': beside } : {};

function campaignsFaults({ checks }) {
  if (!checks) return [];
  const { filled, total, sent, unsent, atSimulator, twice, doubled, graphCallsNot200 } = checks;
  return [
    total !== filled && `campaigns to ${filled} people count ${total} recipients`,
    atSimulator !== sent && `campaigns count ${sent} sent and ${atSimulator} messages are at the simulator`,
    unsent > 0 && `${unsent} recipients of campaigns failed or were skipped`,
    twice > 0 && `${twice} recipients of campaigns got more than one message`,
    doubled > 0 && `${doubled} messages were sent more than once while campaigns ran`,
    graphCallsNot200 > 0 &&
      `while campaigns ran, ${graphCallsNot200} calls of the Cloud API were not answered with 200`,
  ];
}

const contactsPhases = (contacts) => {
  if (!contacts) return {};
  const { bulk, get, list, search, owner } = contacts;
  return { bulk, get, list, search, owner };
};

/** Prints the figures of a run. */
export function report(found) {
  const { seconds, machine, sends, campaigns, contacts, webhooks, checks } = found;
  const { cores, cpu, node, loadAverage } = machine;
  console.log(
    `\n${cores} cores (${cpu}), Node ${node}, load average ${loadAverage.toFixed(1)} at the start; ${seconds} s a phase`,
  );
  reportSends(found);
  if (found.fastify) reportOthers(found);
  if (webhooks) webhooksCpu(webhooks);
  campaignsFigures(campaigns, sends.ours['128']);
  const { feed } = checks;
  const statuses = Object.entries(feed.statuses).map(([status, count]) => `${count} ${status}`);
  const sent = Object.values(sends.ours).reduce((sum, row) => sum + row.checks.sent, 0);
  console.log(`
${sent} sends (warming up included); the feed: ${statuses.join(', ')}; ${feed.missed} missed, ${feed.repeated} repeated
`);
}

function reportOthers({ connections, fastify, kafka, sends, campaigns, contacts, webhooks }) {
  const ratio = (rate) => [(rate / fastify.perSecond).toFixed(3), (rate / kafka.perSecond).toFixed(3)];
  const row = (title, { perSecond, p50, p99 }) => [
    title,
    whole(perSecond),
    ms(p50),
    ms(p99),
    ...ratio(perSecond),
  ];
  const { 128: full, accepted } = sends.ours;
  console.log();
  table([
    ['', 'per second', 'p50 ms', 'p99 ms', '÷ Fastify', '÷ Kafka'],
    row(`bare Fastify, ${connections.fastify} connections`, fastify),
    row(`bare Kafka round trip, ${connections.kafka} in flight`, kafka),
    ...(accepted ? [row('accepted, 202, 128 connections', accepted)] : []),
    ...(full ? [row('full sends, 201, 128 connections', full)] : []),
    ...campaignsRows(campaigns, row),
    ...contactsRows(contacts, row),
    ...webhooksRows(webhooks, row),
  ]);
}

function campaignsRows({ recipients, full, alone, beside }, row) {
  if (!full) return [];
  const rate = (perSecond) => ({ perSecond, p50: null, p99: null });
  return [
    row(`two campaigns, ${recipients.toLocaleString('en')} recipients`, rate(full.perSecond)),
    row('  with all statuses counted', rate(full.countedPerSecond)),
    row('sends at 80 a second, one at a time', alone),
    row('  beside a campaign', beside),
  ];
}

function campaignsFigures({ full, pause, alone, beside, campaignPerSecond }, sends) {
  if (!full) return;
  const of = (rate, all) => (rate / all).toFixed(2);
  if (sends)
    console.log(
      `\ncampaigns ÷ full sends: ${of(full.perSecond, sends.perSecond)}, with all statuses ${of(full.countedPerSecond, sends.throughPerSecond)}`,
    );
  console.log(`first send ${full.firstSendMs.map(whole).join(' and ')} ms after the POST
pause in effect after ${whole(pause.pauseMs)} ms and ${pause.sentAfterPause} sends; the first one ${whole(pause.resumeMs)} ms after the resume
at 80 a second: p99 of single sends beside a campaign ÷ alone ${of(beside.p99, alone.p99)}; the campaign sent ${campaignPerSecond.toFixed(1)} a second meanwhile`);
  if (full.memoryMb[0] !== undefined)
    console.log(`memory of the campaigns process: ${full.memoryMb.map(whole).join(' MB, at the end ')} MB`);
  if (!full.cpuMs) return;
  const byName = Object.entries(full.cpuMs).toSorted(([, one], [, other]) => other - one);
  const parts = byName.map(([name, spentMs]) => `${spentMs.toFixed(3)} (${name})`);
  console.log(`CPU ms a recipient: ${sumOf(full.cpuMs).toFixed(3)} = ${parts.join(' + ')}`);
}

function contactsRows(contacts, row) {
  if (!contacts) return [];
  const { people, connections, bulk, get, list, search, owner } = contacts;
  const at = (kind) => `${kind}, ${people.toLocaleString('en')} contacts, ${inFlight(connections[kind])}`;
  return [
    row(`bulk import, rows, ${connections.bulk} connections`, { ...bulk, perSecond: bulk.rowsPerSecond }),
    row(at('get'), get),
    row(at('list'), list),
    row(at('search'), search),
    row('get of the owner, by RPC', { p50: null, p99: null, ...owner }),
  ];
}

const webhooksRows = ({ inFlight: most, bare, one, fifty, alone, beside }, row) => {
  const rate = (measured) => ({ ...measured, p50: null, p99: null });
  return [
    row(`bare signed posts, ${most} in flight`, bare),
    row('deliveries, to one endpoint', rate(one)),
    row('deliveries, to 50 endpoints of 50 accounts', rate(fifty)),
    row('event to delivery, 500 events a second', alone),
    row('  beside a hanging and a failing endpoint', beside),
  ];
};

function webhooksCpu({ bare, one, fifty }) {
  if (one.webhooksCpuMs === undefined) return;
  const spent = ({ webhooksCpuMs, postgresCpuMs }) =>
    `${webhooksCpuMs.toFixed(3)} (webhooks) + ${postgresCpuMs.toFixed(3)} (postgres)`;
  console.log(
    `\nCPU ms a delivery: ${spent(one)} to one endpoint, ${spent(fifty)} to 50; a bare signed post ${bare.cpuMs.toFixed(3)}`,
  );
}

const inFlight = (connections) => (connections === 1 ? 'one at a time' : `${connections} connections`);
