import { CampaignView, NO_COUNTS, type CampaignCounts } from '@wbiz/contracts/campaign';
import type { RepliesTo } from '@wbiz/contracts/command-catalogue';
import { inOrder } from '@wbiz/contracts/schema/in-order';
import type { Aggregate, Asked } from '@wbiz/eventing/aggregate';
import type { PoolClient } from 'pg';
import { COUNT_ROWS, countsOf, type CountRow } from '../recipient/read-counts.js';
import { RETRYABLE } from '../recipient/retry-failed.js';
import {
  campaign,
  type CampaignCommand,
  type CampaignEvent,
  type CampaignFacts,
  type CampaignState,
} from './campaign.decider.js';
import { expectedEnd, PACES, type Paces } from './pace.js';

export const campaigns: Aggregate<
  CampaignCommand,
  CampaignState,
  CampaignEvent,
  RepliesTo<CampaignCommand>
> = {
  name: 'campaign',
  table: 'campaigns',
  decider: campaign,
  stream: ({ data }) => data.campaignId,
  published: ['campaign.status'],
  facts: async (tx, asked) => {
    const facts: CampaignFacts[] = [];
    for (const { command } of asked) facts.push(await factsOf(tx, command));
    return facts;
  },
  reply: {
    'campaign.create': answer,
    'campaign.update': answer,
    'campaign.pause': answer,
    'campaign.resume': answer,
    'campaign.cancel': answer,
    'campaign.retry-failed': answer,
  },
};

/** The campaign as the API shows it. Counts: of the last `campaign.status` in `events`; zero without one. */
function answer(state: CampaignState, events: readonly CampaignEvent[]): CampaignView {
  const told = events.findLast((event) => event.type === 'campaign.status')?.data;
  return viewOf(state!, told?.counts ?? NO_COUNTS, told?.expectedEndAt ?? null);
}

export function viewOf(
  { prepared: _, ...state }: NonNullable<CampaignState>,
  counts: CampaignCounts,
  expectedEndAt: string | null,
): CampaignView {
  return inOrder(CampaignView, { ...state, counts, expectedEndAt });
}

type Run = Paces & {
  readonly run: number;
  readonly retrying: boolean;
  readonly counted: readonly CountRow[] | null;
};

async function factsOf(
  tx: PoolClient,
  { type, data }: Asked<CampaignCommand>['command'],
): Promise<CampaignFacts> {
  const { rows } = await tx.query<Run>({
    name: 'campaign-facts',
    text: `select l.run, l.retrying is not null as retrying, ${PACES}, ${COUNT_ROWS} as counted
           from campaigns.runs l where l.campaign_id = $1`,
    values: [data.campaignId],
  });
  const [found] = rows;
  if (!found) return { counts: NO_COUNTS, waiting: 0, expectedEndAt: null, retryable: 0, retrying: false };
  const { counts, waiting } = countsOf(found.counted ?? []);
  const retryable = type === 'campaign.retry-failed' ? await countRetryable(tx, found.run, data.codes) : 0;
  return {
    counts,
    waiting,
    retryable,
    retrying: found.retrying,
    expectedEndAt: expectedEnd(counts.queued - counts.held + retryable, found),
  };
}

async function countRetryable(tx: PoolClient, run: number, codes?: readonly string[]): Promise<number> {
  const { rows } = await tx.query<{ n: number }>(
    `select count(*)::int as n from campaigns.recipients r where ${RETRYABLE}`,
    [run, codes ?? null],
  );
  return rows[0]!.n;
}
