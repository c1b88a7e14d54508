import { useInfiniteQuery } from '@tanstack/preact-query';
import type { CampaignStatus } from '@wbiz/contracts/campaign';
import type { Schemas } from '@wbiz/sdk/operations';
import { Plus } from 'lucide-preact';
import { useLocation } from 'preact-iso';
import { Fault } from '../../parts/fault.js';
import { Filters } from '../../parts/filters.js';
import { Loading } from '../../parts/loading.js';
import { More } from '../../parts/more.js';
import { Table, type Column } from '../../parts/table.js';
import { When } from '../../parts/when.js';
import { useAccount } from '../account.js';
import { useFreshQueries } from '../fresh-queries.js';
import { campaignsKey } from './campaign-queries.js';
import { CampaignStatusBadge, STATUS_NAMES } from './campaign-status.js';
import { CountsBar } from './counts-bar.js';
import { doneOf } from './progress.js';
import { number } from './words.js';

export function CampaignList() {
  const { path } = useLocation();
  return (
    <>
      <div class="row apart">
        <h1>Campaigns</h1>
        <a class="button primary" href={`${path}/new`}>
          <Plus size={16} aria-hidden="true" />
          New campaign
        </a>
      </div>
      <Filters label="Status" name="status" choices={{ '': 'All', ...STATUS_NAMES }} />
      <List />
    </>
  );
}

function List() {
  const { account, api } = useAccount();
  const { query, path } = useLocation();
  const asked = query['status'] ? { status: query['status'] as CampaignStatus } : {};
  const key = [...campaignsKey(account.id), 'list'];
  const list = useInfiniteQuery({
    queryKey: [...key, asked],
    queryFn: ({ pageParam, signal }) =>
      api.request('GET', '/v1/campaigns', {
        query: { ...asked, ...(pageParam && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: (before) => before,
  });
  useFreshQueries(key, ['campaign.status']);
  if (list.isPending) return <Loading label="Loading campaigns" />;
  if (!list.data) return <Fault error={list.error} />;
  const campaigns = list.data.pages.flatMap(({ data }) => data);
  if (campaigns.length === 0)
    return (
      <div class="card empty">
        {asked.status ? (
          <>
            <p>No campaign is {STATUS_NAMES[asked.status].toLowerCase()}.</p>
            <a href={path}>Show all campaigns</a>
          </>
        ) : (
          <>
            <p>No campaigns yet. One sends an approved template to many people, at its time and pace.</p>
            <a class="button" href={`${path}/new`}>
              New campaign
            </a>
          </>
        )}
      </div>
    );
  return (
    <>
      <Table label="Campaigns" columns={columnsAt(path)} rows={campaigns} keyOf={({ id }) => id} />
      <More pages={list} />
    </>
  );
}

const columnsAt = (path: string): readonly Column<Schemas['CampaignView']>[] => [
  {
    name: 'Name',
    cell: ({ id, name, template }) => (
      <div class="campaign-name">
        <a href={`${path}/${id}`}>{name}</a>
        <div class="soft">{template.name}</div>
      </div>
    ),
  },
  { name: 'Status', cell: ({ status }) => <CampaignStatusBadge status={status} /> },
  {
    name: 'Progress',
    cell: ({ status, counts, startsAt }) => <Progress {...{ status, counts, startsAt }} />,
  },
  { name: 'Delivered', number: true, cell: ({ counts }) => number.format(counts.delivered) },
  { name: 'Read', number: true, cell: ({ counts }) => number.format(counts.read) },
  {
    name: 'Failed',
    number: true,
    cell: ({ counts }) =>
      counts.failed > 0 ? <span class="failed-count">{number.format(counts.failed)}</span> : '0',
  },
  {
    name: 'Started',
    cell: ({ startedAt }) => <When at={startedAt} />,
  },
];

function Progress({
  status,
  counts,
  startsAt,
}: Pick<Schemas['CampaignView'], 'status' | 'counts' | 'startsAt'>) {
  if (status === 'scheduled')
    return (
      <span class="soft">
        Starts <When at={startsAt} />
      </span>
    );
  if (counts.total === 0)
    return <span class="soft">{status === 'running' ? 'Reading its audience' : 'Nobody'}</span>;
  return (
    <div class="campaign-progress">
      <CountsBar counts={counts} />
      <span>
        {number.format(doneOf(counts))} of {number.format(counts.total)}
      </span>
    </div>
  );
}
