import { useQuery } from '@tanstack/preact-query';
import type { Schemas } from '@wbiz/sdk/operations';
import { useEffect, useRef, useState } from 'preact/hooks';
import { When } from '../../parts/when.js';
import { useAccount } from '../account.js';
import { useLiveEvents } from '../live-events.js';
import { campaignsKey } from './campaign-queries.js';
import { CountsBar } from './counts-bar.js';
import { ProgressChart } from './progress-chart.js';
import { type Point, pointsOf } from './progress.js';
import { number } from './words.js';

export type Campaign = Schemas['CampaignView'];

export function CampaignProgress({ campaign }: { campaign: Campaign }) {
  const { counts, status, expectedEndAt, finishedAt } = campaign;
  const { total, queued, held, sent, delivered, read, failed, skipped } = counts;
  const points = usePoints(campaign);
  const share = (count: number, of: number, what: string) =>
    of > 0 ? `${Math.round((count / of) * 100)} % of ${what}` : '';
  const ofAudience = (count: number) => share(count, total, 'audience');
  const ofSent = (count: number) => share(count, sent, 'sent');
  return (
    <section class="card stack" aria-labelledby="progress">
      <div class="row apart">
        <h2 id="progress">Progress</h2>
        <span class="soft">
          {status === 'running' && expectedEndAt && (
            <>
              Through <When at={expectedEndAt} />
            </>
          )}
          {finishedAt && (
            <>
              Ended <When at={finishedAt} />
            </>
          )}
        </span>
      </div>
      <CountsBar counts={counts} />
      <dl class="counters">
        <Counter name="Audience" count={total} />
        <Counter name="Queued" count={queued} note={held > 0 ? `${number.format(held)} held by Meta` : ''} />
        <Counter name="Sent" count={sent} note={ofAudience(sent)} tone="sent" />
        <Counter name="Delivered" count={delivered} note={ofSent(delivered)} tone="delivered" />
        <Counter name="Read" count={read} note={ofSent(read)} tone="read" />
        <Counter name="Failed" count={failed} note={ofAudience(failed)} tone="failed" />
        <Counter name="Skipped" count={skipped} note={ofAudience(skipped)} tone="skipped" />
      </dl>
      <p class="soft counts-sum">
        {number.format(total)} = {number.format(queued)} queued + {number.format(sent)} sent +{' '}
        {number.format(failed)} failed + {number.format(skipped)} skipped. Delivered and read are part of
        sent.
      </p>
      <ProgressChart points={points} counts={counts} />
    </section>
  );
}

type CounterProps = {
  readonly name: string;
  readonly count: number;
  readonly note?: string;
  readonly tone?: string;
};

function Counter({ name, count, note, tone }: CounterProps) {
  return (
    <div class={tone}>
      <dt>{name}</dt>
      <dd>
        <span class="count">{number.format(count)}</span>
        {note && <span class="soft">{note}</span>}
      </dd>
    </div>
  );
}

/**
 * The points of the chart, from three sources: those that the API keeps, live events, and counts that change after the
 * end, which no event reports.
 */
function usePoints({ id, counts, finishedAt }: Campaign): Point[] {
  const { account, api } = useAccount();
  const [seen, see] = useState<readonly Point[]>([]);
  const atFirst = useRef(counts).current;
  const before = useQuery({
    queryKey: [...campaignsKey(account.id), 'progress', id],
    queryFn: ({ signal }) => api.request('GET', '/v1/campaigns/{id}/progress', { path: { id }, signal }),
    staleTime: Infinity,
  });
  useLiveEvents(
    ({ type, data }) => {
      if (type === 'campaign.status' && data.campaignId === id)
        see((known) => [...known, { at: data.at, counts: data.counts }]);
    },
    ['campaign.status'],
  );
  useEffect(() => {
    if (finishedAt !== null && counts !== atFirst)
      see((known) => [...known, { at: new Date().toISOString(), counts }]);
  }, [counts]);
  return pointsOf(before.data?.data ?? [], seen);
}
