import type { MeView } from '@wbiz/contracts/account';
import { mapValues, sumOf, total, type Amounts } from './amounts.ts';
import type { Loaded } from './answers.ts';
import { apiOf } from './ask.ts';
import { cpuTimes, spent } from './cpu.ts';
import { fillAudience } from './fill-audience.ts';
import type { Installation } from './installation.ts';
import type { Load } from './load.ts';
import { memoryMiB } from './memory.ts';
import { procIsTold } from './processes.ts';
import { openCampaigns, timeOf, type Campaigns } from './running-campaigns.ts';
// @boundaries-ignore the bench tells its steps as npm start does
import { step } from '../../scripts/say.mjs';

const STANDARD_PER_SECOND = 80;

/** `firstSendMs`: from the POST, per campaign. `cpuMs`: per recipient, by process. `cpuMs` and `memoryMb`: Linux only. */
type FullFigures = {
  readonly firstSendMs: readonly number[];
  readonly perSecond: number;
  readonly countedPerSecond: number;
  readonly memoryMb: readonly (number | undefined)[];
  readonly cpuMs: Amounts | undefined;
};
type PauseFigures = { readonly pauseMs: number; readonly sentAfterPause: number; readonly resumeMs: number };
/** Times of single sends without and with a running campaign, and how many messages a second that campaign sent. */
type PacedFigures = { readonly alone: Loaded; readonly beside: Loaded; readonly campaignPerSecond: number };
type Checks = {
  readonly filled: number;
  readonly total: number;
  readonly sent: number;
  readonly unsent: number;
  readonly atSimulator: number;
  readonly twice: number;
  readonly doubled: number;
  readonly graphCallsNot200: number;
};
export type CampaignFigures = PacedFigures & {
  readonly recipients: number;
  readonly full: FullFigures;
  readonly pause: PauseFigures;
  readonly checks: Checks;
};

type Setting = {
  readonly ours: Installation;
  readonly campaigns: Campaigns;
  readonly accountId: string;
  /** Meta's ids of the default phone number and of another one. */
  readonly numbers: readonly [string, string];
};

/**
 * Measures, as fast as the machine can, two campaigns at once from two phone numbers, from the POST to the last status; how
 * soon a pause and a resume take effect; and single sends without and with a running campaign, at the 80 messages a second
 * that Meta allows a phone number by default.
 */
export async function benchCampaigns({
  ours,
  load,
  apiKey,
  recipients,
  seconds,
}: {
  readonly ours: Installation;
  readonly load: Load;
  readonly apiKey: string;
  readonly recipients: number;
  readonly seconds: number;
}): Promise<CampaignFigures> {
  const api = apiOf(ours.baseUrl, apiKey);
  const { account, phoneNumbers } = await api<MeView>('GET', '/v1/me');
  const [number, otherNumber] = phoneNumbers.toSorted(
    (one, other) => Number(other.isDefault) - Number(one.isDefault),
  );
  const campaigns = openCampaigns(api, ours);
  const setting: Setting = { ours, campaigns, accountId: account.id, numbers: [number!.id, otherNumber!.id] };
  const began = Date.now();
  // At least 20 s: so long, single sends one after another yield the some hundred times that a p99 needs.
  const pacedSeconds = Math.max(20, seconds);
  const audiences = {
    first: Math.ceil(recipients / 2),
    second: Math.floor(recipients / 2),
    paused: Math.max(2_000, Math.floor(recipients / 4)),
    paced: STANDARD_PER_SECOND * (pacedSeconds + 30),
  };
  const filled = sumOf(audiences);
  const databaseUrl = ours.secretOf('campaigns', 'DATABASE_URL');
  await step(`Campaigns: filling in ${filled.toLocaleString('en')} contacts`, () =>
    fillAudience({ databaseUrl, accountId: account.id, audiences }),
  );
  const full = await step(`Campaigns: ${recipients.toLocaleString('en')} recipients`, () =>
    asFastAsItCan(setting, recipients),
  );
  const pause = await step('Campaigns: pause and resume', () => pausedAndResumed(setting, audiences.paused));
  const singleSends = (lasting: number) =>
    load([`${ours.baseUrl}/v1/messages/template`], {
      headers: { authorization: `Bearer ${apiKey}` },
      loop: { connections: 1 },
      seconds: lasting,
    });
  const paced = await step('Campaigns: beside single sends', () =>
    besideSingleSends(setting, singleSends, pacedSeconds),
  );
  return { recipients, full, pause, ...paced, checks: await checked(setting, began, filled) };
}

async function asFastAsItCan(
  { ours, campaigns, numbers }: Setting,
  recipients: number,
): Promise<FullFigures> {
  const memory = () => (procIsTold ? memoryMiB(ours.pids())[ours.holderOf('campaigns')] : undefined);
  const memoryBefore = memory();
  const before = procIsTold ? cpuTimes(ours.pids()) : undefined;
  const [first, second] = await Promise.all([
    campaigns.start('first', numbers[0]),
    campaigns.start('second', numbers[1]),
  ]);
  await campaigns.allCounted(first, second);
  const countedAt = Date.now();
  const used = before && spent(before, cpuTimes(ours.pids())).cpu;
  const memoryMb = [memoryBefore, memory()];
  const sends = await campaigns.arrivals(first.postedAt);
  const firstAt = sends[0]!.at;
  const firstOf = (number: string) => sends.find(({ phoneNumberId }) => phoneNumberId === number)!.at;
  return {
    firstSendMs: [firstOf(numbers[0]) - first.postedAt, firstOf(numbers[1]) - second.postedAt],
    perSecond: (sends.length / (sends.at(-1)!.at - firstAt)) * 1_000,
    countedPerSecond: (sends.length / (countedAt - firstAt)) * 1_000,
    memoryMb,
    cpuMs: used && mapValues(used, (seconds) => (seconds * 1_000) / recipients),
  };
}

async function pausedAndResumed({ campaigns, numbers }: Setting, recipients: number): Promise<PauseFigures> {
  const campaign = await campaigns.start('paused', numbers[0]);
  await campaigns.arrived(campaign, recipients / 4);
  const pausedAt = Date.now();
  await campaigns.change(campaign, 'pause');
  await campaigns.quiet(campaign);
  const resumedAt = Date.now();
  await campaigns.change(campaign, 'resume');
  await campaigns.allCounted(campaign);
  const late = (await campaigns.arrivals(campaign.postedAt)).filter(({ at }) => at >= pausedAt);
  const afterPause = late.filter(({ at }) => at < resumedAt);
  const firstAgain = late.find(({ at }) => at >= resumedAt);
  if (firstAgain === undefined) throw new Error('The campaign was through before it was paused.');
  return {
    pauseMs: (afterPause.at(-1)?.at ?? pausedAt) - pausedAt,
    sentAfterPause: afterPause.length,
    resumeMs: firstAgain.at - resumedAt,
  };
}

async function besideSingleSends(
  { ours, campaigns, accountId, numbers }: Setting,
  singleSends: (seconds: number) => Promise<Loaded>,
  seconds: number,
): Promise<PacedFigures> {
  await ours.setThroughput(accountId, STANDARD_PER_SECOND);
  await singleSends(2); // warm-up: messaging reads the new pace of the phone number
  const alone = await singleSends(seconds);
  const campaign = await campaigns.start('paced', numbers[0]);
  await campaigns.arrived(campaign, 3 * STANDARD_PER_SECOND);
  const beside = await singleSends(seconds);
  const endedAt = Date.now();
  const { status } = await campaigns.view(campaign.id);
  if (status !== 'running')
    throw new Error(`The campaign was ${status} before the single sends were through.`);
  await campaigns.change(campaign, 'cancel');
  await campaigns.allCounted(campaign);
  const meanwhile = (await campaigns.arrivals(beside.beganAt)).filter(({ at }) => at < endedAt).length;
  await ours.setThroughput(accountId);
  return { alone, beside, campaignPerSecond: (meanwhile / (endedAt - beside.beganAt)) * 1_000 };
}

async function checked({ ours, campaigns }: Setting, began: number, filled: number): Promise<Checks> {
  const sends = await campaigns.arrivals(began);
  const counts = await campaigns.counts();
  const requests = `/requests?limit=1&since=${timeOf(began)}`;
  const [doubled = 0, graph = 0, graphOk = 0] = await Promise.all(
    ['/duplicates', requests, `${requests}&status=200`].map(ours.totalAt),
  );
  return {
    filled,
    total: total(counts.map((one) => one.total)),
    sent: total(counts.map(({ sent }) => sent)),
    unsent: total(counts.map(({ failed, skipped }) => failed + skipped)) - counts.at(-1)!.skipped, // the last campaign was cancelled
    atSimulator: sends.length,
    twice: sends.length - new Set(sends.map(({ to }) => to)).size,
    doubled,
    graphCallsNot200: graph - graphOk,
  };
}
