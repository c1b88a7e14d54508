import { useInfiniteQuery, useQuery } from '@tanstack/preact-query';
import { Plus } from 'lucide-preact';
import { useLocation } from 'preact-iso';
import { useState } from 'preact/hooks';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import { More } from '../../parts/more.js';
import { Table } from '../../parts/table.js';
import { When } from '../../parts/when.js';
import { useAccount } from '../account.js';
import { useLiveEvents } from '../live-events.js';
import { CreateWebhook } from './webhook-form.js';
import { statsQuery, webhookKey, webhooksKey, type Webhook } from './webhook-queries.js';
import { WebhookStatus } from './webhook-status.js';
import { percent } from './webhook-words.js';

export function WebhookList() {
  const { account, api } = useAccount();
  const [isCreating, setCreating] = useState(false);
  const list = useInfiniteQuery({
    queryKey: webhooksKey(account.id),
    queryFn: ({ pageParam, signal }) =>
      api.request('GET', '/v1/webhooks', { query: { ...(pageParam && { cursor: pageParam }) }, signal }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  useLiveEvents(() => void list.refetch(), ['webhook.disabled']);
  const create = (
    <button type="button" class="primary" onClick={() => setCreating(true)}>
      <Plus size={16} aria-hidden="true" />
      Create webhook
    </button>
  );
  const webhooks = list.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <>
      <div class="row apart">
        <h1>Webhooks</h1>
        {webhooks.length > 0 && create}
      </div>
      <Fault error={list.isFetchNextPageError ? null : list.error} />
      {list.isPending && <Loading label="Loading webhooks" />}
      {list.isSuccess && webhooks.length === 0 && (
        <div class="card empty">
          <h2>No webhook yet</h2>
          <p>A webhook sends what happens to this account to a URL of yours, signed, within a second.</p>
          {create}
        </div>
      )}
      {webhooks.length > 0 && (
        <Table
          label="Webhooks"
          rows={webhooks}
          keyOf={({ id }) => id}
          columns={[
            { name: 'URL', cell: (webhook) => <Address webhook={webhook} /> },
            { name: 'Status', cell: (webhook) => <WebhookStatus webhook={webhook} /> },
            { name: 'Events', cell: ({ events }) => <EventTypes events={events} /> },
            { name: 'Success, 24 h', number: true, cell: ({ id }) => <Success id={id} /> },
            { name: 'Last attempt', number: true, cell: ({ id }) => <LastAttempt id={id} /> },
          ]}
        />
      )}
      <More pages={list} />
      {isCreating && <CreateWebhook onClose={() => setCreating(false)} />}
    </>
  );
}

function Address({ webhook: { id, url, description } }: { webhook: Webhook }) {
  const { path } = useLocation();
  return (
    <div class="webhook-address">
      <a href={`${path.replace(/\/$/, '')}/${id}`}>{url}</a>
      {description && <p class="soft">{description}</p>}
    </div>
  );
}

export function EventTypes({ events }: Pick<Webhook, 'events'>) {
  if (events.includes('*')) return <>All events</>;
  if (events.length <= 2)
    return (
      <>
        {events.map((type) => (
          <code key={type} class="event-type">
            {type}
          </code>
        ))}
      </>
    );
  return <span title={events.join(', ')}>{events.length} types</span>;
}

function Success({ id }: { id: string }) {
  const { account, api } = useAccount();
  const { data } = useQuery(statsQuery(account.id, api, id));
  return <>{data ? percent(data.lastDay.successRate) : ''}</>;
}

function LastAttempt({ id }: { id: string }) {
  const { account, api } = useAccount();
  const { data } = useQuery({
    queryKey: [...webhookKey(account.id, id), 'last'],
    queryFn: ({ signal }) =>
      api.request('GET', '/v1/webhooks/{id}/deliveries', { path: { id }, query: { limit: 1 }, signal }),
  });
  return data ? <When at={data.data[0]?.lastAttemptAt} /> : null;
}
