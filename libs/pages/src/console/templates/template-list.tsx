import { useInfiniteQuery, useQueryClient } from '@tanstack/preact-query';
import type { TemplateStatus } from '@wbiz/contracts/template';
import type { Schemas } from '@wbiz/sdk/operations';
import { Plus, RefreshCw } from 'lucide-preact';
import { useLocation } from 'preact-iso';
import { announce } from '../../parts/announce.js';
import { Fault } from '../../parts/fault.js';
import { Filters } from '../../parts/filters.js';
import { Loading } from '../../parts/loading.js';
import { More } from '../../parts/more.js';
import { SearchBox } from '../../parts/search-box.js';
import { Table, type Column } from '../../parts/table.js';
import { useAction } from '../../parts/use-action.js';
import { When } from '../../parts/when.js';
import { useAccount } from '../account.js';
import { useFreshQueries } from '../fresh-queries.js';
import { templatesKey } from './template-queries.js';
import { categoryName, Quality, STATUS_NAMES, TemplateStatusBadge } from './template-status.js';

export function TemplateList() {
  const { account } = useAccount();
  const { path } = useLocation();
  return (
    <>
      <div class="row apart">
        <h1>Templates</h1>
        <div class="row">
          <SyncButton />
          <a class="button primary" href={`${path}/new`}>
            <Plus size={16} aria-hidden="true" />
            New template
          </a>
        </div>
      </div>
      <div class="row apart">
        <Filters label="Status" name="status" choices={{ '': 'All', ...STATUS_NAMES }} />
        <SearchBox label="Search by name" style={{ maxWidth: '320px' }} />
      </div>
      <List key={account.id} />
    </>
  );
}

function SyncButton() {
  const { account, api } = useAccount();
  const queries = useQueryClient();
  const sync = useAction({
    mutationFn: () => api.request('POST', '/v1/templates/sync'),
    onSuccess: async (result) => {
      announce(
        result
          ? `${result.total} templates at Meta: ${result.created} new, ${result.updated} changed, ${result.removed} removed`
          : 'Meta is still answering; what it has comes in by itself.',
      );
      await queries.invalidateQueries({ queryKey: templatesKey(account.id) });
    },
  });
  return (
    <>
      <Fault error={sync.error} />
      <button type="button" disabled={sync.isPending} onClick={() => sync.mutate()}>
        <RefreshCw size={16} aria-hidden="true" class={sync.isPending ? 'turning' : undefined} />
        {sync.isPending ? 'Syncing…' : 'Sync with Meta'}
      </button>
    </>
  );
}

const columnsAt = (path: string): readonly Column<Schemas['TemplateView']>[] => [
  {
    name: 'Name',
    cell: ({ id, name, rejectionReason }) => (
      <div class="template-name">
        <a href={`${path}/${id}`}>{name}</a>
        {rejectionReason && <p class="reason">{rejectionReason}</p>}
      </div>
    ),
  },
  { name: 'Status', cell: ({ status }) => <TemplateStatusBadge status={status} /> },
  { name: 'Category', cell: ({ category }) => categoryName(category) },
  { name: 'Language', cell: ({ language }) => <code>{language}</code> },
  { name: 'Quality', cell: ({ qualityScore }) => <Quality score={qualityScore} /> },
  { name: 'Changed', cell: ({ updatedAt }) => <When at={updatedAt} /> },
];

function List() {
  const { account, api } = useAccount();
  const { query, path } = useLocation();
  const asked = {
    ...(query['status'] && { status: query['status'] as TemplateStatus }),
    ...(query['search'] && { search: query['search'] }),
  };
  const list = useInfiniteQuery({
    queryKey: [...templatesKey(account.id), 'list', asked],
    queryFn: ({ pageParam, signal }) =>
      api.request('GET', '/v1/templates', {
        query: { ...asked, ...(pageParam && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: (before) => before,
  });
  useFreshQueries(templatesKey(account.id), ['template.status']);
  if (list.isPending) return <Loading label="Loading templates" />;
  if (!list.data) return <Fault error={list.error} />;
  const templates = list.data.pages.flatMap(({ data }) => data);
  if (templates.length === 0)
    return (
      <div class="card empty">
        {Object.keys(asked).length > 0 ? (
          <>
            <p>No template is like that.</p>
            <a href={path}>Show all templates</a>
          </>
        ) : (
          <>
            <p>No templates yet. Make one, or sync to fetch those that Meta has.</p>
            <a class="button" href={`${path}/new`}>
              New template
            </a>
          </>
        )}
      </div>
    );
  return (
    <>
      <Table label="Templates" columns={columnsAt(path)} rows={templates} keyOf={({ id }) => id} />
      <More pages={list} />
    </>
  );
}
