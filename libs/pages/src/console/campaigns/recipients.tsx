import { useInfiniteQuery } from '@tanstack/preact-query';
import type { RecipientStatus } from '@wbiz/contracts/campaign';
import type { Schemas } from '@wbiz/sdk/operations';
import { errorOf } from '@wbiz/sdk/wbiz-error';
import { Download } from 'lucide-preact';
import { Fault } from '../../parts/fault.js';
import { Filters } from '../../parts/filters.js';
import { useAddressQuery } from '../../parts/address-query.js';
import { Loading } from '../../parts/loading.js';
import { More } from '../../parts/more.js';
import { saveAs } from '../../parts/save-as.js';
import { Table, type Column } from '../../parts/table.js';
import { useAction } from '../../parts/use-action.js';
import { When } from '../../parts/when.js';
import { useAccount } from '../account.js';
import { useConsoleKey } from '../console-key.js';
import { useFreshQueries } from '../fresh-queries.js';
import { campaignsKey } from './campaign-queries.js';
import { RECIPIENT_NAMES, SKIP_NAMES } from './words.js';

/** Most loaded pages with which the list still follows events: a reader further down is not disturbed. */
const LIVE_PAGES = 2;

export function Recipients({ campaign: { id } }: { campaign: Schemas['CampaignView'] }) {
  const { account, api } = useAccount();
  const { query } = useAddressQuery();
  const status = (query['recipients'] ?? '') as RecipientStatus | '';
  const key = [...campaignsKey(account.id), 'recipients', id];
  const list = useInfiniteQuery({
    queryKey: [...key, status],
    queryFn: ({ pageParam, signal }) =>
      api.request('GET', '/v1/campaigns/{id}/recipients', {
        path: { id },
        query: { ...(status && { status }), ...(pageParam && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: (before) => before,
  });
  useFreshQueries(
    key,
    ['campaign.status', 'message.status'],
    ({ data }) =>
      'campaignId' in data && data.campaignId === id && (list.data?.pages.length ?? 0) <= LIVE_PAGES,
  );
  const recipients = list.data?.pages.flatMap(({ data }) => data);
  return (
    <div class="stack">
      <div class="row apart">
        <h2>Recipients</h2>
        <CsvButton id={id} status={status} />
      </div>
      <Filters label="Status of recipients" name="recipients" choices={{ '': 'All', ...RECIPIENT_NAMES }} />
      {list.isPending && <Loading label="Loading recipients" />}
      {!list.data && <Fault error={list.error} />}
      {recipients?.length === 0 && (
        <p class="card empty">{status ? 'Nobody is there.' : 'Nobody yet: its audience is being read.'}</p>
      )}
      {recipients && recipients.length > 0 && (
        <Table
          label="Recipients"
          columns={columnsOf(account.id)}
          rows={recipients}
          keyOf={({ contactId }) => contactId}
        />
      )}
      <More pages={list} />
    </div>
  );
}

const TONES: Readonly<Record<RecipientStatus, string>> = {
  queued: '',
  held: 'warn',
  sent: '',
  delivered: 'info',
  read: 'good',
  failed: 'bad',
  skipped: 'warn',
};

const columnsOf = (account: string): readonly Column<Schemas['RecipientView']>[] => [
  {
    name: 'To',
    cell: ({ to, contactId }) => (
      <a href={`/console/accounts/${account}/contacts/${contactId}`}>{to ?? contactId}</a>
    ),
  },
  {
    name: 'Status',
    cell: ({ status }) => <span class={`badge ${TONES[status]}`}>{RECIPIENT_NAMES[status]}</span>,
  },
  {
    name: 'Why',
    cell: ({ reason, error }) => (
      <div class="recipient-why">
        {reason && SKIP_NAMES[reason]}
        {error && (
          <>
            {error.metaCode !== undefined && <code>{error.metaCode}</code>} {error.message}
            {error.details && <div class="soft">{error.details}</div>}
          </>
        )}
        {!reason && !error && <span class="soft">–</span>}
      </div>
    ),
  },
  { name: 'Messages', number: true, cell: ({ attempt }) => attempt },
  { name: 'Since', cell: ({ statusAt }) => <When at={statusAt} /> },
];

function CsvButton({ id, status }: { id: string; status: RecipientStatus | '' }) {
  const { account } = useAccount();
  const keyNow = useConsoleKey(account.id);
  const download = useAction({
    mutationFn: async () => {
      const answer = await fetch(
        `/api/v1/campaigns/${encodeURIComponent(id)}/recipients${status && `?status=${status}`}`,
        {
          headers: { authorization: `Bearer ${keyNow()}`, accept: 'text/csv' },
        },
      );
      if (!answer.ok) throw await errorOf(answer);
      return answer.blob();
    },
    onSuccess: (file) => saveAs(file, `${id}-recipients${status && `-${status}`}.csv`),
  });
  return (
    <>
      <button type="button" disabled={download.isPending} onClick={() => download.mutate()}>
        <Download size={16} aria-hidden="true" />
        {download.isPending ? 'Preparing the file…' : 'Download CSV'}
      </button>
      {download.error && (
        <div class="whole">
          <Fault error={download.error} />
        </div>
      )}
    </>
  );
}
