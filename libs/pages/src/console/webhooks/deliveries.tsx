import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/preact-query';
import { useAddressQuery } from '../../parts/address-query.js';
import { announce } from '../../parts/announce.js';
import { Copy } from '../../parts/copy.js';
import { Fault } from '../../parts/fault.js';
import { Filters } from '../../parts/filters.js';
import { Loading } from '../../parts/loading.js';
import { Modal } from '../../parts/modal.js';
import { More } from '../../parts/more.js';
import { Table } from '../../parts/table.js';
import { useAction } from '../../parts/use-action.js';
import { useDelay } from '../../parts/use-delay.js';
import { When } from '../../parts/when.js';
import { useAccount } from '../account.js';
import { useLiveEvents } from '../live-events.js';
import { webhookKey, type Delivery, type Webhook } from './webhook-queries.js';
import { DeliveryStatus } from './webhook-status.js';
import { answerOf } from './webhook-words.js';

/**
 * A delivery ends a moment after its event: the list is refetched this long after an event, at most once in this time.
 */
const DELIVERED_MS = 1_000;

export function Deliveries({ webhook: { id, events } }: { webhook: Webhook }) {
  const { account, api } = useAccount();
  const { query, change, to } = useAddressQuery();
  const queries = useQueryClient();
  const { status, event: eventType, delivery } = query;
  const asked = {
    ...(status && { status: status as Delivery['status'] }),
    ...(eventType && { eventType: eventType as 'message.received' }),
  };
  const list = useInfiniteQuery({
    queryKey: [...webhookKey(account.id, id), 'deliveries', asked],
    queryFn: ({ pageParam, signal }) =>
      api.request('GET', '/v1/webhooks/{id}/deliveries', {
        path: { id },
        query: { ...asked, ...(pageParam && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    placeholderData: (before) => before,
  });
  const later = useDelay(DELIVERED_MS);
  useLiveEvents(({ type }) => {
    if (events.includes('*') || events.includes(type))
      later(() => void queries.invalidateQueries({ queryKey: webhookKey(account.id, id) }));
  });
  const deliveries = list.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <section class="stack" aria-label="Deliveries">
      <div class="row apart">
        <h2>Deliveries</h2>
        <Filters
          label="State"
          name="status"
          choices={{
            '': 'All',
            succeeded: 'Succeeded',
            pending: 'Not delivered yet',
            failed: 'Given up',
          }}
        />
      </div>
      <Fault error={list.isFetchNextPageError ? null : list.error} />
      {list.isPending && <Loading label="Loading deliveries" />}
      {list.isSuccess && deliveries.length === 0 && (
        <div class="card empty">
          {status ? (
            <p>No delivery is like that.</p>
          ) : (
            <p>Nothing was delivered yet. What happens from now on is; “Send test” tries the endpoint.</p>
          )}
        </div>
      )}
      {deliveries.length > 0 && (
        <Table
          label="Deliveries"
          rows={deliveries}
          keyOf={({ id }) => id}
          columns={[
            { name: 'Event', cell: (one) => <a href={to({ delivery: one.id })}>{one.eventType}</a> },
            { name: 'State', cell: (one) => <DeliveryStatus delivery={one} /> },
            { name: 'Answer', cell: (one) => <span class="wrapped">{answerOf(one)}</span> },
            { name: 'Attempts', number: true, cell: ({ attempts }) => attempts },
            { name: 'Last attempt', number: true, cell: (one) => <When at={one.lastAttemptAt} /> },
            { name: 'Next attempt', number: true, cell: (one) => <When at={one.nextAttemptAt} /> },
          ]}
        />
      )}
      <More pages={list} />
      {delivery && <OneDelivery webhook={id} id={delivery} onClose={() => change({ delivery: '' })} />}
    </section>
  );
}

type OneProps = { readonly webhook: string; readonly id: string; readonly onClose: () => void };

function OneDelivery({ webhook, id, onClose }: OneProps) {
  const { account, api } = useAccount();
  const queries = useQueryClient();
  const path = { id: webhook, deliveryId: id };
  const key = webhookKey(account.id, webhook);
  const { data, error } = useQuery({
    queryKey: [...key, 'delivery', id],
    queryFn: ({ signal }) =>
      api.request('GET', '/v1/webhooks/{id}/deliveries/{deliveryId}', { path, signal }),
    // Refetch a second after a retry is due.
    refetchInterval: ({ state: { data } }) =>
      data?.nextAttemptAt ? Math.max(0, Date.parse(data.nextAttemptAt) - Date.now()) + DELIVERED_MS : false,
  });
  const retry = useAction({
    mutationFn: () => api.request('POST', '/v1/webhooks/{id}/deliveries/{deliveryId}/retry', { path }),
    onSuccess: async (retried) => {
      queries.setQueryData([...key, 'delivery', id], retried);
      announce('It is delivered again');
      await queries.invalidateQueries({ queryKey: [...key, 'deliveries'] });
    },
  });
  return (
    <Modal title="Delivery" onClose={onClose}>
      <Fault error={error} />
      {!data && !error && <Loading label="Loading the delivery" />}
      {data && (
        <>
          <div class="row apart">
            <div class="row">
              <code>{data.eventType}</code>
              <DeliveryStatus delivery={data} />
            </div>
            <button
              type="button"
              disabled={retry.isPending || data.status === 'pending'}
              title={data.status === 'pending' ? 'It is sent again by itself.' : undefined}
              onClick={() => retry.mutate()}
            >
              Deliver again
            </button>
          </div>
          <Fault error={retry.error} />
          {data.status === 'pending' && (
            <p>
              {data.nextAttemptAt ? (
                <>
                  It is sent again <When at={data.nextAttemptAt} />.
                </>
              ) : (
                'It is in line: it is sent again, in order, once the endpoint answers.'
              )}
            </p>
          )}
          <dl class="facts">
            <dt>Event</dt>
            <dd>
              <code>{data.eventId}</code> (the <code>webhook-id</code>), no. {data.sequence}
            </dd>
          </dl>
          <section class="stack" aria-label="Attempts">
            <h3>Attempts</h3>
            <ol class="attempts">
              {data.attemptLog.map((attempt) => (
                <li key={attempt.at}>
                  <div class="row apart">
                    <span class={attempt.delivered ? '' : 'fault'}>{answerOf(attempt)}</span>
                    <span class="soft">
                      <When at={attempt.at} />, {attempt.durationMs} ms
                    </span>
                  </div>
                  {attempt.responseBody && (
                    <pre tabIndex={0} role="region" aria-label="What was answered">
                      {attempt.responseBody}
                    </pre>
                  )}
                </li>
              ))}
            </ol>
          </section>
          {data.requestBody !== null && <Request body={data.requestBody} />}
        </>
      )}
    </Modal>
  );
}

function Request({ body }: { body: string }) {
  return (
    <section class="stack" aria-label="Request">
      <div class="row apart">
        <h3>Request</h3>
        <Copy text={body} what="the body as it was sent" />
      </div>
      <pre tabIndex={0} role="region" aria-label="Body of the request">
        {JSON.stringify(JSON.parse(body), null, 2)}
      </pre>
    </section>
  );
}
