import { useQuery } from '@tanstack/preact-query';
import { Pause, Pencil, Play, RotateCcwKey, Send, Trash2 } from 'lucide-preact';
import { useLocation, useRoute } from 'preact-iso';
import { useState } from 'preact/hooks';
import { Fault } from '../../parts/fault.js';
import { Loading } from '../../parts/loading.js';
import { When } from '../../parts/when.js';
import { useAccount } from '../account.js';
import { useLiveEvents } from '../live-events.js';
import { Deliveries } from './deliveries.js';
import { Replay } from './replay.js';
import { DeleteWebhook, ResumeWebhook, RotateSecret, TestWebhook, useUpdate } from './webhook-dialogs.js';
import { EditWebhook } from './webhook-form.js';
import { WebhookOverview } from './webhook-overview.js';
import { statsQuery, type Webhook, webhookKey } from './webhook-queries.js';
import { WebhookStatus } from './webhook-status.js';
import { answerOf, isFailing, lastAttempted } from './webhook-words.js';

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
  if (webhook.isPending) return <Loading label="Loading the webhook" />;
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
      <WebhookOverview webhook={webhook.data} />
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
          <WebhookStatus webhook={webhook} />
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
      <Failing webhook={webhook} />
      {opened === 'edit' && <EditWebhook webhook={webhook} onClose={close} />}
      {opened === 'test' && <TestWebhook webhook={webhook} onClose={close} />}
      {opened === 'resume' && <ResumeWebhook webhook={webhook} onClose={close} />}
      {opened === 'rotate' && <RotateSecret webhook={webhook} onClose={close} />}
      {opened === 'replay' && <Replay webhook={webhook} onClose={close} />}
      {opened === 'delete' && <DeleteWebhook webhook={webhook} onClose={close} />}
    </>
  );
}

/** Most deliveries among which the last attempt is sought: a probe is seldom that of the newest event. */
const SOUGHT = 100;
/** How often the last attempt is refetched: no event reports a probe. */
const PROBED_MS = 5_000;

/** What is wrong with a failing endpoint, and when it is tried again. */
function Failing({ webhook: { id, status } }: { webhook: Webhook }) {
  const { account, api } = useAccount();
  const stats = useQuery(statsQuery(account.id, api, id));
  const fails = isFailing(status, stats.data);
  const undelivered = useQuery({
    queryKey: [...webhookKey(account.id, id), 'undelivered'],
    queryFn: ({ signal }) =>
      api.request('GET', '/v1/webhooks/{id}/deliveries', {
        path: { id },
        query: { status: 'pending', limit: SOUGHT },
        signal,
      }),
    enabled: fails,
    refetchInterval: PROBED_MS,
  });
  if (!fails) return null;
  const last = lastAttempted(undelivered.data?.data ?? []);
  return (
    <div class="notice bad stack">
      {last && (
        <p>
          The last attempt failed <When at={last.lastAttemptAt} />: <b class="wrapped">{answerOf(last)}</b>
        </p>
      )}
      {status === 'failing' ? (
        <p>
          Ten deliveries in a row failed, so one probe at a time is sent, at first every few seconds, later
          every five minutes. Once one succeeds, what is in line follows in order. “Send test” tries the
          endpoint now.
        </p>
      ) : (
        <p>Every attempt of the last hour failed. “Send test” tries the endpoint now.</p>
      )}
    </div>
  );
}
