import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { cpuSeconds, spent } from './cpu.mjs';
import { fillAudience, isRecipient } from './fill-audience.mjs';
import { memoryMiB } from './memory.mjs';
import { procIsTold } from './processes.mjs';

const TEMPLATE = {
  name: 'order_confirmation',
  language: 'en_US',
  variables: ['{{contact.name|friend}}', '#1043'],
};
const STANDARD_PER_SECOND = 80;
const TICK_MS = 200;
const QUIET_MS = 3_000;
const NO_PROGRESS_MS = 60_000;
const PAGE = 10_000;

/**
 * Measures campaigns from the POST to the last status: two at once from two phone numbers, as fast as the machine can; one
 * paused and resumed; and single sends, alone and beside a campaign, at Meta's default throughput of a number.
 */
export async function benchCampaigns({ ours, ask, load, apiKey, recipients, seconds, step }) {
  const { caseless } = await import('@wbiz/contracts/text/caseless');
  const { contactIdOf: idOf } = await import('@wbiz/contracts/conversation');
  const api = (method, path, body) => ask(method, `${ours.baseUrl}${path}`, { body, bearer: apiKey });
  const { account, phoneNumbers } = await api('GET', '/v1/me');
  const [number, otherNumber] = phoneNumbers.toSorted((one, other) => other.isDefault - one.isDefault);
  const began = Date.now();
  const ids = [];
  // One connection needs some hundred sends for a p99.
  const pacedSeconds = Math.max(20, seconds);
  const audiences = {
    first: Math.ceil(recipients / 2),
    second: Math.floor(recipients / 2),
    paused: Math.max(2_000, Math.floor(recipients / 4)),
    paced: STANDARD_PER_SECOND * (pacedSeconds + 30),
  };

  const start = async (tag, from) => {
    const postedAt = Date.now();
    const audience = { kind: 'tags', tags: [tag] };
    const body = { name: `Bench: ${tag}`, template: TEMPLATE, audience, from: from.id };
    const { id } = await api('POST', '/v1/campaigns', body);
    ids.push(id);
    return { id, postedAt };
  };
  const view = (id) => api('GET', `/v1/campaigns/${id}`);

  /** Polls `look` until `isSo`. Throws if nothing changes for a minute. */
  const until = async (look, isSo) => {
    for (let last, changedAt; ; await delay(TICK_MS)) {
      const seen = await look();
      if (isSo(seen)) return seen;
      const text = inspect(seen);
      if (text !== last) [last, changedAt] = [text, Date.now()];
      if (Date.now() - changedAt > NO_PROGRESS_MS) throw new Error(`Campaigns stand still at ${text}.`);
    }
  };
  /** Resolves once every campaign has counted the last status. */
  const allCounted = (...campaigns) =>
    until(
      () => Promise.all(campaigns.map(({ id }) => view(id))),
      (views) =>
        views.every(
          ({ counts: { total, read, failed, skipped } }) => total > 0 && read + failed + skipped === total,
        ),
    );

  const sinceTime = (time) => new Date(time).toISOString();
  const arrived = async (since) =>
    (await ours.control('GET', `/messages?limit=1&since=${sinceTime(since)}`)).total;
  /** Campaign messages that the simulator accepted since `since`. */
  const arrivals = async (since) => {
    const found = [];
    for (let cursor = sinceTime(since); cursor !== null;) {
      const page = await ours.control('GET', `/messages?limit=${PAGE}&since=${cursor}`);
      for (const { to, phoneNumberId, receivedAt } of page.data) {
        const digits = to.replace(/\D/g, '');
        if (isRecipient(digits)) found.push({ to: digits, phoneNumberId, at: Date.parse(receivedAt) });
      }
      cursor = page.nextCursor;
    }
    return found;
  };
  const quiet = async (since) => {
    for (let last, changedAt = Date.now(); Date.now() - changedAt < QUIET_MS; await delay(TICK_MS)) {
      const now = await arrived(since);
      if (now !== last) [last, changedAt] = [now, Date.now()];
    }
  };

  const memoryOfCampaigns = () =>
    procIsTold ? memoryMiB(ours.pids())[ours.holderOf('campaigns')] : undefined;

  const asFastAsItCan = async () => {
    const memoryMb = [memoryOfCampaigns()];
    const before = procIsTold && cpuSeconds(ours.pids());
    const posted = await Promise.all([start('first', number), start('second', otherNumber)]);
    await allCounted(...posted);
    const countedAt = Date.now();
    const after = procIsTold && cpuSeconds(ours.pids());
    memoryMb.push(memoryOfCampaigns());
    const sends = await arrivals(posted[0].postedAt);
    const firstOf = ({ id }) => sends.find(({ phoneNumberId }) => phoneNumberId === id).at;
    const firstAt = sends[0].at;
    return {
      firstSendMs: [number, otherNumber].map((from, index) => firstOf(from) - posted[index].postedAt),
      perSecond: (sends.length / (sends.at(-1).at - firstAt)) * 1_000,
      countedPerSecond: (sends.length / (countedAt - firstAt)) * 1_000,
      memoryMb,
      cpuMs: before && perRecipient(spent(before, after)),
    };
  };
  const perRecipient = ({ others: _, ...cpu }) =>
    Object.fromEntries(Object.entries(cpu).map(([name, used]) => [name, (used * 1_000) / recipients]));

  const pausedAndResumed = async () => {
    const campaign = await start('paused', number);
    await until(
      () => arrived(campaign.postedAt),
      (count) => count >= audiences.paused / 4,
    );
    const pausedAt = Date.now();
    await api('POST', `/v1/campaigns/${campaign.id}/pause`);
    await quiet(campaign.postedAt);
    const resumedAt = Date.now();
    await api('POST', `/v1/campaigns/${campaign.id}/resume`);
    await allCounted(campaign);
    const late = (await arrivals(campaign.postedAt)).filter(({ at }) => at >= pausedAt);
    const afterPause = late.filter(({ at }) => at < resumedAt);
    const firstAgain = late.find(({ at }) => at >= resumedAt);
    if (firstAgain === undefined) throw new Error('The campaign was through before it was paused.');
    return {
      pauseMs: (afterPause.at(-1)?.at ?? pausedAt) - pausedAt,
      sentAfterPause: afterPause.length,
      resumeMs: firstAgain.at - resumedAt,
    };
  };

  const singleSends = (lasting) =>
    load([`${ours.baseUrl}/v1/messages/template`], {
      headers: { authorization: `Bearer ${apiKey}` },
      connections: 1,
      seconds: lasting,
    });
  const besideSingleSends = async () => {
    await ours.setThroughput(account.id, STANDARD_PER_SECOND);
    await singleSends(2); // warm-up: dispatch learns the number's pace
    const alone = await singleSends(pacedSeconds);
    const campaign = await start('paced', number);
    await until(
      () => arrived(campaign.postedAt),
      (count) => count >= 3 * STANDARD_PER_SECOND,
    );
    const beside = await singleSends(pacedSeconds);
    const endedAt = Date.now();
    const { status } = await view(campaign.id);
    if (status !== 'running')
      throw new Error(`The campaign was ${status} before the single sends were through.`);
    await api('POST', `/v1/campaigns/${campaign.id}/cancel`);
    await allCounted(campaign);
    const meanwhile = (await arrivals(beside.beganAt)).filter(({ at }) => at < endedAt).length;
    await ours.setThroughput(account.id);
    return { alone, beside, campaignPerSecond: (meanwhile / (endedAt - beside.beganAt)) * 1_000 };
  };

  const filled = Object.values(audiences).reduce((sum, people) => sum + people, 0);
  await step(`Campaigns: filling in ${filled.toLocaleString('en')} contacts`, () =>
    fillAudience({
      databaseUrl: ours.secretsOf('campaigns').DATABASE_URL,
      accountId: account.id,
      audiences,
      idOf,
      caseless,
    }),
  );
  const full = await step(`Campaigns: ${recipients.toLocaleString('en')} recipients`, asFastAsItCan);
  const pause = await step('Campaigns: pause and resume', pausedAndResumed);
  const paced = await step('Campaigns: beside single sends', besideSingleSends);

  const sends = await arrivals(began);
  const counts = (await Promise.all(ids.map(view))).map((campaign) => campaign.counts);
  const sum = (of) => counts.reduce((total, one) => total + of(one), 0);
  const [{ total: doubled }, graph, graphOk] = await Promise.all(
    [
      '/duplicates',
      ...['', '&status=200'].map((of) => `/requests?limit=1&since=${sinceTime(began)}${of}`),
    ].map((path) => ours.control('GET', path)),
  );
  return {
    recipients,
    full,
    pause,
    ...paced,
    checks: {
      filled,
      total: sum(({ total }) => total),
      sent: sum(({ sent }) => sent),
      unsent: sum(({ failed, skipped }) => failed + skipped) - counts.at(-1).skipped, // the last campaign was cancelled
      atSimulator: sends.length,
      twice: sends.length - new Set(sends.map(({ to }) => to)).size,
      doubled,
      graphCallsNot200: graph.total - graphOk.total,
    },
  };
}
