import { useQuery, useQueryClient } from '@tanstack/preact-query';
import { Pause, Pencil, Play, RotateCcwKey, Send, Trash2 } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import { useLocation, useRoute } from 'preact-iso';
import { useState } from 'preact/hooks';
import { announce } from '../../parts/announce.js';
import { Fault } from '../../parts/fault.js';
import { Modal } from '../../parts/modal.js';
import { useAction } from '../../parts/use-action.js';
import { When } from '../../parts/when.js';
import { useAccount } from '../account.js';
import { useLiveEvents } from '../live-events.js';
import { Deliveries } from './deliveries.js';
import { Replay } from './replay.js';
import { Secret } from './secret.js';
import { EditWebhook } from './webhook-form.js';
import { EventTypes } from './webhook-list.js';
import { statsQuery, webhookKey, webhooksKey, type Stats, type Webhook } from './webhook-queries.js';
import { answerOf, percent, WebhookStatus } from './webhook-status.js';

export function WebhookPage() {
  const { account, api } = useAccount();
  const { id } = useRoute().params as { id: string };
  const webhook = useQuery({
    queryKey: webhookKey(account.id, id),
    queryFn: ({ signal }) => api.request('GET', '/v1/webhooks/{id}', { path: { id }, signal }),
  });
  useLiveEvents(
    ({ data }) => 'webhookId' in data && data.webhookId === id && void webhook.refetch(),
    ['webhook.disabled'],
  );
  if (webhook.isPending) return <span class="loading" role="progressbar" aria-label="Loading the webhook" />;
  if (!webhook.data)
    return (
      <>
        <h1>Webhook</h1>
        <Fault error={webhook.error} />
      </>
    );
  return (
    <>
      <Header webhook={webhook.data} />
      <Overview webhook={webhook.data} />
      <Deliveries webhook={webhook.data} />
    </>
  );
}

type Opened = 'edit' | 'test' | 'resume' | 'rotate' | 'replay' | 'delete';

function Header({ webhook }: { webhook: Webhook }) {
  const { path } = useLocation();
  const [opened, setOpened] = useState<Opened>();
  const update = useUpdate(webhook);
  const close = () => setOpened(undefined);
  return (
    <>
      <div class="stack webhook-header">
        <a href={path.slice(0, path.lastIndexOf('/'))}>All webhooks</a>
        <div class="row">
          <h1>{webhook.url}</h1>
          <WebhookStatus status={webhook.status} />
        </div>
        {webhook.description && <p class="soft">{webhook.description}</p>}
        <div class="row">
          <button type="button" onClick={() => setOpened('test')}>
            <Send size={16} aria-hidden="true" />
            Send test
          </button>
          <button type="button" onClick={() => setOpened('edit')}>
            <Pencil size={16} aria-hidden="true" />
            Edit
          </button>
          {webhook.active ? (
            <button
              type="button"
              disabled={update.isPending}
              onClick={() => update.mutate({ active: false })}
            >
              <Pause size={16} aria-hidden="true" />
              Pause
            </button>
          ) : (
            <button type="button" class="primary" onClick={() => setOpened('resume')}>
              <Play size={16} aria-hidden="true" />
              Resume
            </button>
          )}
          <button type="button" onClick={() => setOpened('rotate')}>
            <RotateCcwKey size={16} aria-hidden="true" />
            Rotate secret
          </button>
          <button type="button" onClick={() => setOpened('replay')}>
            Replay
          </button>
          <button type="button" class="danger" onClick={() => setOpened('delete')}>
            <Trash2 size={16} aria-hidden="true" />
            Delete
          </button>
        </div>
        <Fault error={update.error} />
      </div>
      {webhook.status === 'disabled' && (
        <div class="notice bad">
          <p>It was switched off: {webhook.reason ?? 'its endpoint failed.'}</p>
          <p>Nothing is lost: once the endpoint is mended, resume it from where it stood.</p>
        </div>
      )}
      {webhook.status === 'failing' && (
        <div class="notice warn">
          <p>
            Ten deliveries in a row failed. Nothing is sent but a probe now and then; once one succeeds,
            everything follows in order.
          </p>
        </div>
      )}
      {opened === 'edit' && <EditWebhook webhook={webhook} onClose={close} />}
      {opened === 'test' && <Test webhook={webhook} onClose={close} />}
      {opened === 'resume' && <Resume webhook={webhook} onClose={close} />}
      {opened === 'rotate' && <Rotate webhook={webhook} onClose={close} />}
      {opened === 'replay' && <Replay webhook={webhook} onClose={close} />}
      {opened === 'delete' && <Delete webhook={webhook} onClose={close} />}
    </>
  );
}

type DialogProps = { readonly webhook: Webhook; readonly onClose: () => void };

function useUpdate({ id }: Webhook, onSaved?: () => void) {
  const { account, api } = useAccount();
  const queries = useQueryClient();
  return useAction({
    mutationFn: (body: { active: boolean; resumeFrom?: 'cursor' | 'now' }) =>
      api.request('PATCH', '/v1/webhooks/{id}', { path: { id }, body }),
    onSuccess: async (saved) => {
      queries.setQueryData(webhookKey(account.id, id), saved);
      announce(saved.active ? 'Webhook resumed' : 'Webhook paused');
      onSaved?.();
      await queries.invalidateQueries({ queryKey: webhooksKey(account.id) });
    },
  });
}

function Test({ webhook: { id, url }, onClose }: DialogProps) {
  const { api } = useAccount();
  const test = useQuery({
    queryKey: ['webhook-test', id],
    queryFn: () => api.request('POST', '/v1/webhooks/{id}/test', { path: { id } }),
    gcTime: 0,
    staleTime: Infinity,
  });
  const result = test.data;
  return (
    <Modal title="Send test" onClose={onClose}>
      <p class="wrapped">
        A signed sample of type <code>webhook.test</code> goes to {url}. It counts for nothing.
      </p>
      {test.isFetching && <span class="loading" role="progressbar" aria-label="Waiting for the endpoint" />}
      <Fault error={test.error} />
      {result && !test.isFetching && (
        <div class={`notice ${result.delivered ? 'good' : 'bad'}`} role="status">
          <p>
            <b>{result.delivered ? 'Delivered' : 'Not delivered'}</b>: {answerOf(result)}, after{' '}
            {result.durationMs} ms
          </p>
          {result.responseBody && <pre class="wrapped">{result.responseBody}</pre>}
        </div>
      )}
      <div class="actions">
        <button type="button" disabled={test.isFetching} onClick={() => void test.refetch()}>
          Send again
        </button>
        <button type="button" class="primary" onClick={onClose}>
          Done
        </button>
      </div>
    </Modal>
  );
}

function Resume({ webhook, onClose }: DialogProps) {
  const update = useUpdate(webhook, onClose);
  return (
    <Modal title="Resume webhook" onClose={onClose}>
      <p>What has happened meanwhile was kept. Send it, or leave it out?</p>
      <Fault error={update.error} />
      <div class="actions">
        <button
          type="button"
          disabled={update.isPending}
          onClick={() => update.mutate({ active: true, resumeFrom: 'now' })}
        >
          From now
        </button>
        <button
          type="button"
          class="primary"
          disabled={update.isPending}
          onClick={() => update.mutate({ active: true, resumeFrom: 'cursor' })}
        >
          From where it stood
        </button>
      </div>
    </Modal>
  );
}

function Rotate({ webhook: { id }, onClose }: DialogProps) {
  const { api } = useAccount();
  const rotate = useAction({
    mutationFn: () => api.request('POST', '/v1/webhooks/{id}/rotate-secret', { path: { id } }),
  });
  if (rotate.data)
    return (
      <Secret
        title="Secret rotated"
        secret={rotate.data.secret}
        note="For 24 hours the secret before signs as well: give your receivers both, and after that the new one alone."
        onClose={onClose}
      />
    );
  return (
    <Modal title="Rotate secret" onClose={onClose}>
      <p>A new secret is made and shown once. For 24 hours both sign, so that no delivery is refused.</p>
      <Fault error={rotate.error} />
      <div class="actions">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" class="primary" disabled={rotate.isPending} onClick={() => rotate.mutate()}>
          Rotate secret
        </button>
      </div>
    </Modal>
  );
}

function Delete({ webhook: { id, url }, onClose }: DialogProps) {
  const { account, api } = useAccount();
  const { route, path } = useLocation();
  const queries = useQueryClient();
  const remove = useAction({
    mutationFn: () => api.request('DELETE', '/v1/webhooks/{id}', { path: { id } }),
    onSuccess: async () => {
      announce('Webhook deleted');
      route(path.slice(0, path.lastIndexOf('/')));
      queries.removeQueries({ queryKey: webhookKey(account.id, id) });
      await queries.invalidateQueries({ queryKey: webhooksKey(account.id) });
    },
  });
  return (
    <Modal title="Delete webhook" onClose={onClose}>
      <p class="wrapped">
        Nothing more is sent to {url}, and what was still to be tried again is not. This cannot be undone.
      </p>
      <Fault error={remove.error} />
      <div class="actions">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          class="danger primary"
          disabled={remove.isPending}
          onClick={() => remove.mutate()}
        >
          Delete webhook
        </button>
      </div>
    </Modal>
  );
}

function Overview({ webhook }: { webhook: Webhook }) {
  const { account, api } = useAccount();
  const { data, error } = useQuery(statsQuery(account.id, api, webhook.id));
  if (!data) return <Fault error={error} />;
  return (
    <>
      <dl class="figures">
        <Figure name="Success, 1 h">{percent(data.lastHour.successRate)}</Figure>
        <Figure name="Success, 24 h">{percent(data.lastDay.successRate)}</Figure>
        <Figure name="Attempts, 24 h">{data.lastDay.attempts.toLocaleString()}</Figure>
        <Figure name="Answer, p50 / p99">
          {data.lastDay.p50 === null ? '–' : `${data.lastDay.p50} / ${data.lastDay.p99} ms`}
        </Figure>
        <Figure name="Waiting">{waiting(data)}</Figure>
        <Figure name="To be tried again">{data.pending.toLocaleString()}</Figure>
        <Figure name="Given up">{data.failed.toLocaleString()}</Figure>
        <Figure name="Events">
          <EventTypes events={webhook.events} />
        </Figure>
        <Figure name="Pace">{webhook.ratePerSecond ? `${webhook.ratePerSecond} / s` : 'No limit'}</Figure>
        <Figure name="Created">
          <When at={webhook.createdAt} />
        </Figure>
      </dl>
      {data.replays.map((replay) => (
        <Replaying key={`${replay.since} ${replay.until} ${replay.only}`} replay={replay} />
      ))}
    </>
  );
}

const waiting = ({ lagEvents, lagSeconds }: Stats) =>
  lagEvents === 0 ? 'None' : `${lagEvents.toLocaleString()}, the oldest for ${lagSeconds} s`;

function Figure({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Replaying({ replay: { since, until, only, passed, total } }: { replay: Stats['replays'][number] }) {
  const [from, to] = [since, until].map((at) => new Date(at).toLocaleString());
  return (
    <div class="notice stack">
      <p>
        Replaying {only === 'failed' ? 'what was given up' : 'all events'} from {from} to {to}
      </p>
      <div class="row">
        <progress max={Math.max(1, total)} value={passed} aria-label="Replay" />
        <span class="soft">
          {passed.toLocaleString()} of {total.toLocaleString()} events passed
        </span>
      </div>
    </div>
  );
}
